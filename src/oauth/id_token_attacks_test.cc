// What somebody may show instead of an ID token (RFC 8725), and what must not come of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "oauth/issuer_test.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
namespace json = boost::json;

constexpr const char* kGoogle = "https://accounts.google.com";

std::string part(const json::value& value) {
  return to_base64url(json::serialize(value));
}

class IdTokenAttacks : public testing::Test {
 protected:
  void SetUp() override {
    web_.answers["https://www.googleapis.com/oauth2/v3/certs"] = key_set_of({published(first_key(), "k")});
  }

  std::int64_t now() const { return to_micros(clock_.wall_now()) / 1'000'000; }
  json::object claims() const {
    return {{"iss", kGoogle},
            {"aud", "https://mail.example/api/tasks/send-email"},
            {"azp", "1"},
            {"sub", "1"},
            {"email", "robot@p.example"},
            {"email_verified", true},
            {"iat", now()},
            {"exp", now() + 3600}};
  }
  /// Good claims but for one, which is missing where `value` is undefined.
  json::object claims_with(std::string_view name, const json::value& value) const {
    auto all = claims();
    all[name] = value;
    return all;
  }
  json::object claims_without(std::string_view name) const {
    auto all = claims();
    all.erase(name);
    return all;
  }
  std::string token(const json::object& claims) const { return sign_jwt(claims, first_key(), "k"); }
  /// Any header, signed as it should be.
  std::string with_header(const json::object& header) const {
    const auto text = part(header) + "." + part(claims());
    return text + "." + to_base64url(first_key().sign(text));
  }

  /// "good", or what is wrong.
  std::string verify(std::string_view text) {
    const auto result = verifier_->verify(text);
    if (result) return "good";
    EXPECT_EQ(result.error().code, "bad_id_token") << result.error().message;
    constexpr std::string_view kStart = "The ID token is refused: ";
    EXPECT_TRUE(result.error().message.starts_with(kStart));
    return result.error().message.substr(kStart.size());
  }

  FakeClock clock_;
  ListedWeb web_;
  std::unique_ptr<IdTokenVerifier> verifier_ =
      make_id_token_verifier({.issuer = kGoogle,
                              .audience = "https://mail.example/api/tasks/send-email",
                              .email = "robot@p.example"},
                             web_, clock_);
};

TEST_F(IdTokenAttacks, AGoodTokenIsGood) {
  EXPECT_EQ(verify(token(claims())), "good");
  EXPECT_EQ(verify(token(claims_with("iss", "accounts.google.com"))), "good");
  EXPECT_EQ(web_.asked.size(), 1u);
}

TEST_F(IdTokenAttacks, TheAlgorithmIsRs256AndNothingElse) {
  const json::object none{{"alg", "none"}, {"typ", "JWT"}, {"kid", "k"}};
  const auto unsigned_part = part(none) + "." + part(claims());
  EXPECT_EQ(verify(unsigned_part + "."), "it is not signed by RS256.");
  EXPECT_EQ(verify(unsigned_part + "." + to_base64url("x")), "it is not signed by RS256.");

  // HS256 with the published key as its secret: what a library does that believes the header.
  const auto secret = key_set_of({published(first_key(), "k")});
  const auto text = part(json::object{{"alg", "HS256"}, {"kid", "k"}}) + "." + part(claims());
  unsigned char code[32];
  unsigned size = sizeof code;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), code, &size);
  EXPECT_EQ(verify(text + "." + to_base64url({reinterpret_cast<const char*>(code), size})),
            "it is not signed by RS256.");

  for (const json::value& name :
       {json::value("rs256"), json::value("RS256 "), json::value("RS384"), json::value("PS256"),
        json::value("ES256"), json::value(nullptr), json::value(json::array{"RS256"})})
    EXPECT_EQ(verify(with_header({{"alg", name}, {"kid", "k"}})), "it is not signed by RS256.")
        << json::serialize(name);
  EXPECT_EQ(verify(with_header({{"kid", "k"}})), "it is not signed by RS256.");
  EXPECT_TRUE(web_.asked.empty()) << "nobody is asked for keys on behalf of such a token";
  EXPECT_EQ(verify(with_header({{"alg", "RS256"}, {"kid", "k"}, {"crit", {"exp"}}, {"exp", 1}})),
            "it wants more than RS256.");
}

TEST_F(IdTokenAttacks, TheKeyIsTheIssuers) {
  EXPECT_EQ(verify(sign_jwt(claims(), second_key(), "k")), "its signature is wrong.");
  EXPECT_EQ(verify(sign_jwt(claims(), second_key(), "mine")), "its issuer has no such key.");
  EXPECT_EQ(verify(sign_jwt(claims(), first_key(), "")), "it does not say which key signed it.");
  for (const std::string id : {"../k", "k\n", "k' OR '1'='1", "https://evil.example/k", "%00", "K"})
    EXPECT_EQ(verify(sign_jwt(claims(), first_key(), id)), "its issuer has no such key.") << id;
  EXPECT_EQ(verify(sign_jwt(claims(), first_key(), std::string(300, 'k'))),
            "it does not say which key signed it.");
  EXPECT_EQ(verify(with_header({{"alg", "RS256"}, {"kid", 5}})), "it does not say which key signed it.");
  // A key or an address of one in the token itself is not looked at.
  json::object header{{"alg", "RS256"}, {"kid", "mine"}, {"jku", "https://evil.example/keys"}};
  header["jwk"] = published(second_key(), "mine");
  const auto text = part(header) + "." + part(claims());
  EXPECT_EQ(verify(text + "." + to_base64url(second_key().sign(text))), "its issuer has no such key.");
  EXPECT_EQ(web_.asked, std::vector<std::string>{"https://www.googleapis.com/oauth2/v3/certs"});
}

TEST_F(IdTokenAttacks, EveryClaimIsExactlyAsItShouldBe) {
  const auto with = [&](std::string_view name, const json::value& value) {
    return verify(token(claims_with(name, value)));
  };
  for (const json::value& issuer :
       {json::value("https://evil.example"), json::value("http://accounts.google.com"),
        json::value("https://accounts.google.com/"), json::value(nullptr)})
    EXPECT_EQ(with("iss", issuer), "it is from another issuer.");
  for (const json::value& audience :
       {json::value("https://mail.example"), json::value("https://mail.example/api/tasks/send-email/"),
        json::value("HTTPS://mail.example/api/tasks/send-email"), json::value(""), json::value(5),
        json::value(json::array{"https://mail.example/api/tasks/send-email"})})
    EXPECT_EQ(with("aud", audience), "it is meant for another audience.");
  for (const json::value& email :
       {json::value("evil@p.example"), json::value("Robot@p.example"),
        json::value(json::string(std::string_view("robot@p.example\0", 16))), json::value(true)})
    EXPECT_EQ(with("email", email), "it is another account's.");
  for (const json::value& verified :
       {json::value(false), json::value("true"), json::value(1), json::value(nullptr)})
    EXPECT_EQ(with("email_verified", verified), "its issuer did not verify the account's address.");
  for (const auto* name : {"iss", "aud", "email", "email_verified", "iat", "exp"})
    EXPECT_NE(verify(token(claims_without(name))), "good") << name;
}

TEST_F(IdTokenAttacks, TimesAreKeptWithALittleTolerance) {
  const auto with = [&](const json::value& issued, const json::value& expires) {
    auto all = claims();
    all["iat"] = issued;
    all["exp"] = expires;
    return verify(token(all));
  };
  EXPECT_EQ(with(now() + 299, now() + 3600), "good");
  EXPECT_EQ(with(now() + 301, now() + 3600), "it is from the future.");
  EXPECT_EQ(with(now() - 3600, now() - 59), "good");
  EXPECT_EQ(with(now() - 3600, now() - 60), "it has expired.");
  EXPECT_EQ(with(now() - 7200, now() - 3600), "it has expired.");
  EXPECT_EQ(with(now(), now() + 86'400), "good");
  EXPECT_EQ(with(now(), now() + 86'401), "nobody signs tokens for so long.");
  EXPECT_EQ(with(0, now() + 60), "nobody signs tokens for so long.");
  EXPECT_EQ(with(now() + 20, now() + 10), "nobody signs tokens for so long.");
  EXPECT_EQ(with(static_cast<double>(now()) + 0.5, static_cast<double>(now()) + 60.5), "good");
  constexpr auto kNone = "it does not say from when until when it is good.";
  EXPECT_EQ(with("now", now() + 60), kNone);
  EXPECT_EQ(with(now(), 1e300), kNone);
  EXPECT_EQ(with(-1, now() + 60), kNone);
  EXPECT_EQ(with(now(), std::numeric_limits<std::uint64_t>::max()), kNone);
  EXPECT_EQ(verify(token(claims_with("nbf", now() + 301))), "it is not good yet.");
  EXPECT_EQ(verify(token(claims_with("nbf", now()))), "good");
}

TEST_F(IdTokenAttacks, WhatIsNoTokenIsNone) {
  const auto good = token(claims());
  const auto second = good.find('.', good.find('.') + 1);
  const auto random = std::string("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ");
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."), good.substr(0, second),
        good + ".", "." + good, good + ".x", random + "..", std::string("a.b.c"), "Bearer " + good,
        " " + good, std::string("{}.{}.{}"), part("text") + "." + part(claims()) + ".eA"})
    EXPECT_NE(verify(text), "good") << text;
  for (std::size_t cut = 1; cut < good.size(); cut += 7)
    EXPECT_NE(verify(std::string_view(good).substr(0, good.size() - cut)), "good");
  EXPECT_EQ(verify(good + "="), "its signature is wrong.");
  EXPECT_EQ(verify(std::string(9'000, 'a')), "it is too long.");
  EXPECT_EQ(verify(token(claims_with("x", json::string(9000, 'a')))), "it is too long.");
  for (std::size_t i = 0; i < good.size(); i += 5) {
    auto bent = good;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(verify(bent), "good") << i;
  }
  EXPECT_EQ(verify(good), "good");
}

TEST_F(IdTokenAttacks, ARemovedSignatureSaysWhatToSet) {
  const auto good = token(claims());
  const auto removed = good.substr(0, good.rfind('.')) + ".SIGNATURE_REMOVED_BY_GOOGLE";
  EXPECT_THAT(verify(removed), HasSubstr("TASKS_TRUST_PLATFORM"));
  EXPECT_TRUE(web_.asked.empty());
}

TEST_F(IdTokenAttacks, WithoutKeysItIsNotKnownWhetherATokenIsGood) {
  web_.answers.clear();
  const auto result = verifier_->verify(token(claims()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "no_issuer_keys");
  EXPECT_EQ(result.error().kind, Error::Kind::unavailable);
}

TEST_F(IdTokenAttacks, KeysRotate) {
  EXPECT_EQ(verify(token(claims())), "good");
  web_.answers["https://www.googleapis.com/oauth2/v3/certs"] =
      key_set_of({published(first_key(), "k"), published(second_key(), "k2")});
  clock_.advance(61s);
  EXPECT_EQ(verify(sign_jwt(claims(), second_key(), "k2")), "good");
  EXPECT_EQ(verify(sign_jwt(claims(), first_key(), "k")), "good");
  web_.answers["https://www.googleapis.com/oauth2/v3/certs"] = key_set_of({published(second_key(), "k2")});
  clock_.advance(1h);
  EXPECT_EQ(verify(sign_jwt(claims(), first_key(), "k")), "its issuer has no such key.");
  EXPECT_EQ(verify(sign_jwt(claims(), second_key(), "k2")), "good");
}

TEST_F(IdTokenAttacks, MoreGoodTokensThanAreRememberedAreStillGood) {
  for (int i = 0; i < 1'100; ++i) {
    const auto one = token(claims_with("n", i));
    ASSERT_EQ(verify(one), "good");
    ASSERT_EQ(verify(one), "good");
  }
}

}  // namespace
}  // namespace postrider

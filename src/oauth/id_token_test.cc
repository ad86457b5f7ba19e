#include "oauth/id_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oauth/issuer_test.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

json::object part(const std::string& token, std::size_t number) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < number; ++i) begin = token.find('.', begin) + 1;
  return json::parse(*from_base64url(token.substr(begin, token.find('.', begin) - begin))).as_object();
}

class IdTokenSignerTest : public testing::Test {
 protected:
  FakeClock clock_;
  std::unique_ptr<IdTokenSigner> signer_ =
      *make_id_token_signer(first_key().pem(), "https://mail.example", clock_);
};

TEST_F(IdTokenSignerTest, SignsClaimsAsGoogleDoes) {
  const auto token = signer_->token("robot@p.example", "https://t.example/a?b=c");
  const auto header = part(token, 0), claims = part(token, 1);
  EXPECT_EQ(header.at("alg"), "RS256");
  EXPECT_EQ(header.at("typ"), "JWT");
  EXPECT_EQ(claims.at("iss"), "https://mail.example");
  EXPECT_EQ(claims.at("aud"), "https://t.example/a?b=c");
  EXPECT_EQ(claims.at("email"), "robot@p.example");
  EXPECT_EQ(claims.at("email_verified"), true);
  EXPECT_EQ(claims.at("azp"), claims.at("sub"));
  EXPECT_THAT(std::string(claims.at("sub").as_string()), testing::MatchesRegex("[0-9]+"));
  EXPECT_EQ(claims.at("iat").as_int64(), to_micros(clock_.wall_now()) / 1'000'000);
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 3600);
  const auto key = json::parse(signer_->key_set()).at("keys").at(0).as_object();
  EXPECT_EQ(key.at("kid"), header.at("kid"));
  EXPECT_EQ(key.size(), 6u) << "nothing private is published";
  EXPECT_EQ(from_base64url(std::string(key.at("n").as_string())), first_key().modulus());
  EXPECT_EQ(key.at("e"), "AQAB");
}

TEST_F(IdTokenSignerTest, ATokenServesForFiftyMinutes) {
  const auto token = signer_->token("robot@p.example", "a");
  clock_.advance(49min + 59s);
  EXPECT_EQ(signer_->token("robot@p.example", "a"), token);
  EXPECT_NE(signer_->token("robot@p.example", "b"), token);
  EXPECT_NE(signer_->token("other@p.example", "a"), token);
  clock_.advance(1s);
  EXPECT_NE(signer_->token("robot@p.example", "a"), token);
  clock_.set_wall(clock_.wall_now() - 24h);
  const auto now = to_micros(clock_.wall_now()) / 1'000'000;
  EXPECT_EQ(part(signer_->token("robot@p.example", "a"), 1).at("iat").as_int64(), now)
      << "one from the future would be refused";
}

TEST_F(IdTokenSignerTest, SaysWhatItIsAndWhereItsKeysAre) {
  const auto told = json::parse(signer_->configuration()).as_object();
  EXPECT_EQ(told.at("issuer"), "https://mail.example");
  EXPECT_EQ(told.at("jwks_uri"), "https://mail.example/.well-known/jwks.json");
  EXPECT_EQ(told.at("id_token_signing_alg_values_supported"), json::array{"RS256"});
  EXPECT_EQ(told.at("response_types_supported"), json::array{"id_token"});
  EXPECT_EQ(told.at("subject_types_supported"), json::array{"public"});
}

TEST_F(IdTokenSignerTest, OutlivesARestart) {
  const auto again = make_id_token_signer(first_key().pem(), "https://mail.example", clock_);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->key_set(), signer_->key_set());
  EXPECT_EQ((*again)->token("robot@p.example", "a"), signer_->token("robot@p.example", "a"));
  EXPECT_NE(make_signing_key(), make_signing_key());
  EXPECT_TRUE(make_id_token_signer(make_signing_key(), "http://127.0.0.1:8025", clock_));
}

TEST_F(IdTokenSignerTest, RefusesWhatIsNoKeyOrNoIssuer) {
  constexpr auto kCurve = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
)";
  for (const std::string& pem : {std::string(), std::string("PRIVATE KEY"), std::string(kCurve)})
    EXPECT_EQ(make_id_token_signer(pem, "https://mail.example", clock_).error().code, "bad_private_key");
  for (const auto* issuer : {"", "mail.example", "https://mail.example/", "ftp://mail.example"})
    EXPECT_EQ(make_id_token_signer(first_key().pem(), issuer, clock_).error().code, "bad_issuer") << issuer;
}

TEST(IdToken, WhatOneSignsTheOtherVerifies) {
  IssuerServer issuer;
  FakeClock clock;
  const auto web = make_web_client();
  const auto signer = *make_id_token_signer(first_key().pem(), issuer.url(), clock);
  issuer.publish(signer->key_set());
  const auto verifier = make_id_token_verifier(
      {.issuer = issuer.url(), .audience = "aud", .email = "robot@p.example"}, *web, clock);
  const auto token = signer->token("robot@p.example", "aud");
  const auto good = verifier->verify(token);
  EXPECT_TRUE(good) << good.error().message;
  EXPECT_FALSE(verifier->verify(signer->token("other@p.example", "aud")));
  EXPECT_FALSE(verifier->verify(signer->token("robot@p.example", "aud/")));
  clock.advance(59min + 59s);
  EXPECT_TRUE(verifier->verify(token));
  clock.advance(2min);
  EXPECT_FALSE(verifier->verify(token)) << "it was found good, and has run out since";
}

}  // namespace
}  // namespace postrider

#include "oauth/key_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "oauth/issuer_test.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class KeySetTest : public testing::Test {
 protected:
  void SetUp() override { issuer_.publish(key_set_of({published(first_key(), "a")})); }

  std::string find(std::string_view id) {
    const auto key = keys_.find(id);
    if (!key) return key.error().code;
    return key->modulus() == first_key().modulus() ? "first" : "second";
  }

  IssuerServer issuer_;
  FakeClock clock_;
  std::unique_ptr<WebClient> web_ = make_web_client();
  KeySet keys_{issuer_.url(), *web_, clock_};
};

TEST_F(KeySetTest, KeepsKeysAsLongAsItsIssuerSays) {
  issuer_.publish(key_set_of({published(first_key(), "a")}), "Cache-Control: public, max-age=600\r\n");
  EXPECT_EQ(find("a"), "first");
  clock_.advance(599s);
  EXPECT_EQ(find("a"), "first");
  EXPECT_EQ(issuer_.asked(), 1);
  issuer_.publish(key_set_of({published(second_key(), "b")}));
  clock_.advance(2s);
  EXPECT_EQ(find("a"), "unknown_key") << "what is withdrawn is believed no more";
  EXPECT_EQ(find("b"), "second");
  EXPECT_EQ(issuer_.asked(), 2);
}

TEST_F(KeySetTest, AnUnknownKeyIsAskedForOnceAMinuteAtMost) {
  EXPECT_EQ(find("a"), "first");
  issuer_.publish(key_set_of({published(first_key(), "a"), published(second_key(), "b")}));
  for (const auto* id : {"b", "", "../../etc/passwd", "' OR 1=1 --", "a\n", "\xff"})
    EXPECT_EQ(find(id), "unknown_key") << id;
  EXPECT_EQ(issuer_.asked(), 1);
  clock_.advance(61s);
  EXPECT_EQ(find("b"), "second");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(find("made up " + std::to_string(i)), "unknown_key");
  EXPECT_EQ(issuer_.asked(), 2);
  EXPECT_EQ(find("a"), "first");
}

TEST_F(KeySetTest, OldKeysStayWhileTheIssuerIsDown) {
  EXPECT_EQ(find("a"), "first");
  issuer_.set_status(500);
  clock_.advance(2h);
  EXPECT_EQ(find("a"), "first");
  EXPECT_EQ(find("b"), "no_issuer_keys") << "perhaps it is a new one";
  issuer_.set_status(0);
  clock_.advance(61s);
  EXPECT_EQ(find("a"), "first");
  issuer_.set_status(200);
  issuer_.publish("{\"keys\":[]}");
  clock_.advance(61s);
  EXPECT_EQ(find("a"), "first") << "an issuer without any key is no issuer";
  issuer_.publish(key_set_of({published(second_key(), "b")}));
  clock_.advance(61s);
  EXPECT_EQ(find("a"), "unknown_key");
  EXPECT_EQ(find("b"), "second");
}

TEST_F(KeySetTest, AnIssuerThatWasNeverReachedIsTriedAgainSoon) {
  issuer_.set_status(503);
  EXPECT_EQ(find("a"), "no_issuer_keys");
  EXPECT_EQ(find("a"), "no_issuer_keys");
  EXPECT_EQ(issuer_.server().requests().size(), 1u);
  EXPECT_THAT(keys_.find("a").error().message, HasSubstr("answered 503"));
  issuer_.set_status(200);
  clock_.advance(6s);
  EXPECT_EQ(find("a"), "first");
}

TEST_F(KeySetTest, AsksOnceForAllWhoWait) {
  issuer_.holds = true;
  std::vector<std::thread> threads;
  std::atomic<int> found = 0;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { found += keys_.find("a").has_value() ? 1 : 0; });
  issuer_.server().await(2);
  issuer_.server().let_go();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found, 8);
  EXPECT_EQ(issuer_.asked(), 1);
}

TEST_F(KeySetTest, TakesOnlyWhatIsAKey) {
  auto ec = published(second_key(), "ec"), secret = ec, encrypts = ec, other = ec, nameless = ec;
  ec["kty"] = "EC";
  secret["kid"] = "oct", secret["kty"] = "oct", secret["k"] = "c2VjcmV0";
  encrypts["kid"] = "enc", encrypts["use"] = "enc";
  other["kid"] = "RS512", other["alg"] = "RS512";
  nameless.erase("kid");
  auto weak = published(second_key(), "weak"), even = weak, broken = weak, one = weak, huge = weak;
  weak["n"] = to_base64url(std::string(64, '\xff'));
  even["kid"] = "even", even["n"] = to_base64url(std::string(255, '\xff') + '\xfe');
  broken["kid"] = "broken", broken["n"] = "not base64!";
  one["kid"] = "one", one["e"] = "AQ";
  huge["kid"] = "huge", huge["n"] = to_base64url(std::string(4096, '\xff'));
  issuer_.publish(key_set_of({ec, secret, encrypts, other, nameless, weak, even, broken, one, huge, 5,
                              nullptr, published(first_key(), "a"), published(second_key(), "a")}));
  EXPECT_EQ(find("a"), "first");
  for (const auto* id : {"ec", "oct", "enc", "RS512", "weak", "even", "broken", "one", "huge"})
    EXPECT_EQ(find(id), "unknown_key") << id;
}

TEST_F(KeySetTest, NonsenseIsNoKeySet) {
  for (const auto& text : {std::string(), std::string("<html>"), std::string("[]"), std::string("{}"),
                           std::string(R"({"keys":{"a":1}})"), std::string(5'000, '['),
                           std::string(1'000'000, ' ') + key_set_of({published(first_key(), "a")})}) {
    issuer_.publish(text);
    EXPECT_EQ(find("a"), "no_issuer_keys") << text.substr(0, 20);
    clock_.advance(10s);
  }
  issuer_.publish(key_set_of({published(first_key(), "a")}));
  issuer_.set_configuration(R"({"issuer":"https://other.example","jwks_uri":"https://other.example/keys"})");
  EXPECT_EQ(find("a"), "no_issuer_keys") << "an issuer speaks for itself";
  EXPECT_THAT(keys_.find("a").error().message, HasSubstr("another issuer"));
}

TEST(KeySet, GooglesKeysAreAtOnePlace) {
  ListedWeb web;
  FakeClock clock;
  web.answers["https://www.googleapis.com/oauth2/v3/certs"] = key_set_of({published(first_key(), "g")});
  KeySet keys("https://accounts.google.com", web, clock);
  EXPECT_TRUE(keys.find("g"));
  EXPECT_EQ(web.asked, std::vector<std::string>{"https://www.googleapis.com/oauth2/v3/certs"});
}

TEST(KeySet, KeysDoNotTravelInClearUnlessTheIssuerDoes) {
  const auto configuration = [](const std::string& issuer, const std::string& uri) {
    return R"({"issuer":")" + issuer + R"(","jwks_uri":")" + uri + "\"}";
  };
  struct Case {
    std::string issuer, uri;
    bool good;
  };
  for (const auto& [issuer, uri, good] : {Case{"https://id.example", "https://keys.example/k", true},
                                          Case{"https://id.example", "http://id.example/k", false},
                                          Case{"https://id.example", "http://127.0.0.1/k", false},
                                          Case{"https://id.example", "file:///k", false},
                                          Case{"http://id.internal:8080", "http://id.internal:8080/k", true},
                                          Case{"http://id.internal:8080", "ftp://id.internal/k", false}}) {
    ListedWeb web;
    FakeClock clock;
    web.answers[issuer + "/.well-known/openid-configuration"] = configuration(issuer, uri);
    web.answers[uri] = key_set_of({published(first_key(), "a")});
    KeySet keys(issuer, web, clock);
    EXPECT_EQ(keys.find("a").has_value(), good) << issuer << " " << uri;
    EXPECT_EQ(web.asked.size(), good ? 2u : 1u);
  }
}

TEST(KeySet, ReadsHowLongAnAnswerMayBeKept) {
  const auto fresh = [](std::string control, std::string age = "") {
    return freshness_of({.status = 200, .headers = {{"cache-control", control}, {"age", age}}, .body = {}});
  };
  EXPECT_EQ(freshness_of({}), 1h);
  EXPECT_EQ(fresh("public, max-age=22500, must-revalidate, no-transform"), 22'500s);
  EXPECT_EQ(fresh("MAX-AGE=7200", "200"), 7'000s);
  EXPECT_EQ(fresh("max-age=1"), 1min);
  EXPECT_EQ(fresh("max-age=0", "99999999999999999999"), 1min);
  EXPECT_EQ(fresh("max-age=99999999999999999999"), 24h);
  EXPECT_EQ(fresh("no-store, max-age=600"), 1min);
  EXPECT_EQ(fresh("max-age=-5"), 1h);
  EXPECT_EQ(fresh("max-age=\"600\""), 1h);
}

}  // namespace
}  // namespace postrider

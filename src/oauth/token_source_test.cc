#include "oauth/token_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <boost/json.hpp>
#include <deque>
#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "oauth/signed_jwt.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string new_key() {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio, &text);
  std::string pem(text, static_cast<std::size_t>(size));
  BIO_free(bio);
  EVP_PKEY_free(key);
  return pem;
}

const std::string& key() {
  static const auto one = new_key();
  return one;
}

/// Holds requests until the test answers them.
class HeldWeb : public WebClient {
 public:
  void start(WebRequest request, Done done) override {
    held.emplace_back(std::move(request), std::move(done));
  }
  WebRequest answer(Result<WebAnswer> with) {
    EXPECT_FALSE(held.empty());
    auto [request, done] = std::move(held.front());
    held.pop_front();
    done(std::move(with));
    return std::move(request);
  }
  std::deque<std::pair<WebRequest, Done>> held;
};

WebAnswer answer(int status, std::string body) {
  return {.status = status, .headers = {{"metadata-flavor", "Google"}}, .body = std::move(body)};
}
WebAnswer token_answer(const std::string& token, int seconds = 3600) {
  return answer(200, "{\"access_token\":\"" + token + "\",\"expires_in\":" + std::to_string(seconds) +
                         ",\"token_type\":\"Bearer\"}");
}

class TokenSourceTest : public testing::Test {
 protected:
  void use(Credentials credentials) {
    source_ = make_token_source(std::move(credentials), "scope-a", web_, clock_);
  }
  void ask() {
    source_->token(
        [this](Result<std::string> token) { got_.push_back(token ? *token : token.error().code); });
  }
  std::vector<std::string> got() { return std::exchange(got_, {}); }

  FakeClock clock_;
  HeldWeb web_;
  std::unique_ptr<TokenSource> source_;
  std::vector<std::string> got_;
};

const Consent kConsent{.client_id = "id",
                       .client_secret = "s&c",
                       .refresh_token = "r t",
                       .token_uri = "https://t.example/token"};

TEST_F(TokenSourceTest, OneRequestServesAllWhoWait) {
  use(kConsent);
  ask();
  ask();
  ask();
  ASSERT_EQ(web_.held.size(), 1u);
  const auto request = web_.answer(token_answer("a"));
  EXPECT_EQ(request.url, "https://t.example/token");
  EXPECT_EQ(request.body, "grant_type=refresh_token&client_id=id&refresh_token=r%20t&client_secret=s%26c");
  EXPECT_EQ(got(), (std::vector<std::string>{"a", "a", "a"}));
  ask();
  EXPECT_TRUE(web_.held.empty());
  EXPECT_EQ(got(), std::vector<std::string>{"a"});
}

TEST_F(TokenSourceTest, IsRefreshedEarlyWhileTheOldOneServes) {
  use(kConsent);
  ask();
  web_.answer(token_answer("a"));
  clock_.advance(55min + 1s);
  got();
  ask();
  ask();
  EXPECT_EQ(got(), (std::vector<std::string>{"a", "a"}));
  ASSERT_EQ(web_.held.size(), 1u);
  web_.answer(token_answer("b"));
  ask();
  EXPECT_EQ(got(), std::vector<std::string>{"b"});
}

TEST_F(TokenSourceTest, AnOldTokenIsNotHandedOutAtItsEnd) {
  use(kConsent);
  ask();
  web_.answer(token_answer("a"));
  got();
  clock_.advance(59min + 45s);
  ask();
  EXPECT_TRUE(got().empty());
  web_.answer(token_answer("b"));
  EXPECT_EQ(got(), std::vector<std::string>{"b"});
}

TEST_F(TokenSourceTest, ATokenThatWasRefusedIsForgotten) {
  use(kConsent);
  ask();
  web_.answer(token_answer("a"));
  source_->forget("another");
  ask();
  EXPECT_TRUE(web_.held.empty());
  source_->forget("a");
  ask();
  ASSERT_EQ(web_.held.size(), 1u);
}

TEST_F(TokenSourceTest, ANewRefreshTokenIsToldBeforeItsAccessTokenAndUsedFromThenOn) {
  std::vector<std::string> told;
  source_ =
      make_token_source(
          kConsent, "", web_, clock_, [&](const std::string& refresh_token) {
            EXPECT_TRUE(got_.empty())
                << "whoever sends by the access token relies on the new refresh token being kept";
            told.push_back(refresh_token);
          });
  const auto rotating = [](const std::string& token, const std::string& refresh) {
    return answer(200, "{\"access_token\":\"" + token + "\",\"refresh_token\":\"" + refresh + "\"}");
  };
  ask();
  web_.answer(rotating("a", "r2"));
  EXPECT_EQ(told, std::vector<std::string>{"r2"});
  EXPECT_EQ(got(), std::vector<std::string>{"a"});
  source_->forget("a");
  ask();
  EXPECT_THAT(web_.answer(rotating("b", "r2")).body, HasSubstr("refresh_token=r2&"));
  source_->forget("b");
  got();
  ask();
  web_.answer(answer(200, R"({"access_token":"c","refresh_token":"not\na token"})"));
  EXPECT_EQ(told, std::vector<std::string>{"r2"}) << "the same one is not told twice, and nonsense never";
  EXPECT_EQ(got(), std::vector<std::string>{"c"});
}

TEST_F(TokenSourceTest, TroubleIsToldAndTheServerLeftAloneForAWhile) {
  use(kConsent);
  ask();
  web_.answer(answer(503, "busy"));
  ask();
  EXPECT_EQ(got(), (std::vector<std::string>{"oauth_unavailable", "oauth_unavailable"}));
  EXPECT_TRUE(web_.held.empty());
  clock_.advance(6s);
  ask();
  web_.answer(unavailable("timed_out", "The request to https://t.example was not answered in time."));
  EXPECT_EQ(got(), std::vector<std::string>{"oauth_unavailable"});
  clock_.advance(6s);
  ask();
  web_.answer(
      answer(400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})"));
  EXPECT_EQ(got(), std::vector<std::string>{"oauth_refused"});
  source_->token([](Result<std::string> token) {
    EXPECT_EQ(token.error().message,
              "The token server does not accept the credentials any more: invalid_grant: "
              "Token has been expired or revoked..");
  });
}

TEST_F(TokenSourceTest, TroubleDoesNotTakeAGoodTokenAway) {
  use(kConsent);
  ask();
  web_.answer(token_answer("a"));
  clock_.advance(56min);
  ask();
  web_.answer(answer(500, ""));
  ask();
  EXPECT_EQ(got(), (std::vector<std::string>{"a", "a", "a"}));
}

TEST_F(TokenSourceTest, NonsenseIsNoToken) {
  use(kConsent);
  for (const auto* body : {"", "<html>", "[]", "{}", R"({"access_token":5})", R"({"access_token":""})",
                           R"({"access_token":"a\r\nX: y"})"}) {
    ask();
    web_.answer(answer(200, body));
    EXPECT_EQ(got(), std::vector<std::string>{"oauth_unavailable"}) << body;
    clock_.advance(1min);
  }
}

TEST_F(TokenSourceTest, AServiceAccountSignsForItself) {
  use(ServiceAccount{
      .email = "robot@p.example", .private_key = key(), .key_id = "k1", .token_uri = "https://t.example/"});
  ask();
  const auto request = web_.answer(token_answer("a"));
  const std::string start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  ASSERT_TRUE(request.body.starts_with(start)) << request.body;
  const auto jwt = request.body.substr(start.size());
  const auto first = jwt.find('.'), second = jwt.find('.', first + 1);
  EXPECT_EQ(from_base64url(jwt.substr(0, first)), R"({"alg":"RS256","typ":"JWT","kid":"k1"})");
  const auto claims =
      boost::json::parse(*from_base64url(jwt.substr(first + 1, second - first - 1))).as_object();
  EXPECT_EQ(claims.at("iss"), "robot@p.example");
  EXPECT_EQ(claims.at("scope"), "scope-a");
  EXPECT_EQ(claims.at("aud"), "https://t.example/");
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 3600);
  EXPECT_EQ(from_base64url(jwt.substr(second + 1))->size(), 256u);
}

TEST_F(TokenSourceTest, ABrokenKeyIsToldWithoutShowingIt) {
  use(ServiceAccount{.email = "r@p.example",
                     .private_key = "PRIVATE KEY geheim",
                     .key_id = "",
                     .token_uri = "https://t.example/"});
  source_->token([](Result<std::string> token) {
    EXPECT_EQ(token.error().code, "bad_private_key");
    EXPECT_THAT(token.error().message, Not(HasSubstr("geheim")));
  });
  EXPECT_TRUE(web_.held.empty());
}

TEST_F(TokenSourceTest, TheMetadataServerMustBeGoogles) {
  use(MetadataServer{});
  ask();
  EXPECT_EQ(
      web_.held.front().first.url,
      "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token?scopes=scope-a");
  web_.answer(WebAnswer{.status = 200, .headers = {}, .body = token_answer("a").body});
  EXPECT_EQ(got(), std::vector<std::string>{"no_credentials"});
  clock_.advance(2min);
  ask();
  web_.answer(unavailable("name_not_found", "…"));
  EXPECT_EQ(got(), std::vector<std::string>{"no_credentials"});
  clock_.advance(2min);
  ask();
  web_.answer(token_answer("a"));
  EXPECT_EQ(got(), std::vector<std::string>{"a"});
}

TEST(Credentials, AreReadAsGoogleWritesThem) {
  const auto robot = parse_google_credentials(
      R"({"type":"service_account","client_email":"r@p.example","private_key":"-----BEGIN PRIVATE KEY-----\n…","private_key_id":"k"})",
      "x.json");
  ASSERT_TRUE(robot) << robot.error().message;
  EXPECT_EQ(std::get<ServiceAccount>(*robot).token_uri, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(account_of(*robot), "r@p.example");
  const auto person = parse_google_credentials(
      R"({"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r","quota_project_id":"q"})",
      "x");
  ASSERT_TRUE(person);
  EXPECT_EQ(std::get<Consent>(*person).quota_project, "q");
  EXPECT_FALSE(account_of(*person));
}

TEST(Credentials, SayWhatIsWrongAndNeverWhatIsSecret) {
  for (
      const auto* text :
      {"", "geheim", "[\"geheim\"]", "{}", R"({"type":"geheim"})",
       R"({"type":"service_account","private_key":"geheim PRIVATE KEY"})",
       R"({"type":"service_account","client_email":"a@b","private_key":"geheim"})",
       R"({"type":"authorized_user","client_id":"geheim"})",
       R"({"type":"authorized_user","client_id":"a","refresh_token":"geheim","token_uri":"http://evil.example"})"}) {
    const auto read = parse_google_credentials(text, "keys.json");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "bad_google_credentials");
    EXPECT_THAT(read.error().message, HasSubstr("keys.json"));
    EXPECT_THAT(read.error().message, Not(HasSubstr("geheim")));
  }
}

TEST(Credentials, AreFoundInGooglesOrder) {
  std::string name = testing::TempDir() + "credentials-XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  const auto user = [](const char* id) {
    return std::string(R"({"type":"authorized_user","refresh_token":"r","client_id":")") + id + "\"}";
  };
  const auto write = [&](const char* file, const std::string& text) {
    std::filesystem::create_directories((folder / file).parent_path());
    std::ofstream(folder / file) << text;
    return (folder / file).string();
  };
  const auto found = [](const CredentialPlaces& places) {
    return std::get<Consent>(*find_google_credentials(places)).client_id;
  };
  CredentialPlaces places{.file = write("a.json", user("file")),
                          .json = user("json"),
                          .application = write("b.json", user("application")),
                          .cloud_sdk = (folder / "sdk").string(),
                          .home = folder.string()};
  write("sdk/application_default_credentials.json", user("sdk"));
  write(".config/gcloud/application_default_credentials.json", user("home"));
  EXPECT_EQ(found(places), "file");
  places.file.clear();
  EXPECT_EQ(found(places), "json");
  places.json.clear();
  EXPECT_EQ(found(places), "application");
  places.application = (folder / "missing.json").string();
  EXPECT_FALSE(find_google_credentials(places));
  places.application.clear();
  EXPECT_EQ(found(places), "sdk");
  places.cloud_sdk.clear();
  EXPECT_EQ(found(places), "home");
  places.home.clear();
  EXPECT_EQ(std::get<MetadataServer>(*find_google_credentials(places)).url,
            "http://metadata.google.internal");
  places.metadata = "127.0.0.1:9";
  EXPECT_EQ(std::get<MetadataServer>(*find_google_credentials(places)).url, "http://127.0.0.1:9");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace postrider

#pragma once
// For tests: an issuer of ID tokens that publishes keys over HTTP on this machine, and a web client that
// answers by itself where the issuer cannot be one on this machine.

#include <atomic>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "oauth/id_token.h"
#include "oauth/signed_jwt.h"
#include "web/recording_server_test.h"

namespace postrider {

/// Making keys takes time: tests share two.
inline const RsaKey& first_key() {
  static const auto key = RsaKey::generate();
  return key;
}
inline const RsaKey& second_key() {
  static const auto key = RsaKey::generate();
  return key;
}

inline boost::json::object published(const RsaKey& key, std::string_view id) {
  return {{"kty", "RSA"},
          {"alg", "RS256"},
          {"use", "sig"},
          {"kid", id},
          {"n", to_base64url(key.modulus())},
          {"e", to_base64url(key.exponent())}};
}
inline std::string key_set_of(boost::json::array keys) {
  return boost::json::serialize(boost::json::object{{"keys", std::move(keys)}});
}

class IssuerServer {
 public:
  IssuerServer() : server_([this](const std::string& request) { return answer(request); }) {}

  std::string url() const { return server_.url(""); }
  void publish(std::string keys, std::string headers = "") {
    const std::lock_guard lock(mutex_);
    keys_ = std::move(keys);
    headers_ = std::move(headers);
  }
  void set_configuration(std::string text) {
    const std::lock_guard lock(mutex_);
    configuration_ = std::move(text);
  }
  /// Answers so from now on; 0: closes the line.
  void set_status(int status) { status_ = status; }
  /// How often its keys were asked for.
  int asked() const { return asked_; }
  RecordingServer& server() { return server_; }
  std::atomic<bool> holds = false;  ///< answers only once the server lets go

 private:
  std::optional<std::string> answer(const std::string& request) {
    if (status_ == 0) return std::nullopt;
    if (request.starts_with("GET /.well-known/openid-configuration ")) {
      const std::lock_guard lock(mutex_);
      const auto usual = R"({"issuer":")" + url() + R"(","jwks_uri":")" + url() + "/keys\"}";
      return http_answer(status_, configuration_.empty() ? usual : configuration_);
    }
    if (!request.starts_with("GET /keys ")) return http_answer(404);
    ++asked_;
    if (holds) server_.held();
    const std::lock_guard lock(mutex_);
    return http_answer(status_, keys_, headers_);
  }

  std::mutex mutex_;
  std::string keys_, headers_, configuration_;
  std::atomic<int> status_ = 200, asked_ = 0;
  RecordingServer server_;
};

/// Answers at once from a list of addresses, and notes what it was asked.
class ListedWeb final : public WebClient {
 public:
  void start(WebRequest request, Done done) override {
    asked.push_back(request.url);
    const auto found = answers.find(request.url);
    if (found == answers.end()) return done(unavailable("cannot_connect", "Nobody answers there."));
    done(WebAnswer{.status = 200, .headers = {}, .body = found->second});
  }
  std::map<std::string, std::string> answers;
  std::vector<std::string> asked;
};

}  // namespace postrider

#include "oauth/token_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <future>
#include <mutex>
#include <optional>
#include <vector>

#include "base/text.h"
#include "oauth/signed_jwt.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kEarly = 5min;
constexpr auto kUsable = 30s;    // less is left of it: wait for the next
constexpr auto kUsualLife = 1h;  // where the server does not say
constexpr auto kLongestLife = 24h;
constexpr auto kAfterTrouble = 5s;  // before the server is asked again
constexpr auto kAfterRefusal = 60s;
constexpr auto kMetadataTime = 3s;
constexpr auto kTokenTime = 20s;
constexpr std::size_t kLongestAnswer = 64 * 1024;
constexpr std::size_t kLongestToken = 8 * 1024;

/// application/x-www-form-urlencoded.
std::string form(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    if (!text.empty()) text += '&';
    text += name + '=';
    for (const char c : value) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         std::string_view("-._~").contains(c);
      text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

WebRequest token_request(const std::string& uri, std::string body) {
  return {.method = "POST",
          .url = uri,
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}},
          .body = std::move(body),
          .time = kTokenTime,
          .most_bytes = kLongestAnswer};
}

struct Token {
  std::string text;
  Micros life{};
  std::string refresh_token = {};  ///< a new one; empty: the old one stays
};

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kLongestToken &&
         std::ranges::none_of(text, [](char c) { return c <= ' ' || c > '~'; });
}

std::optional<Token> read_token(const std::string& body) {
  json::error_code bad;
  const auto value = json::parse(body, bad);
  if (bad || !value.is_object()) return std::nullopt;
  const auto* text = value.as_object().if_contains("access_token");
  if (text == nullptr || !text->is_string()) return std::nullopt;
  Token token{.text = std::string(text->as_string()), .life = kUsualLife};
  if (!is_token(token.text)) return std::nullopt;
  const auto* refresh = value.as_object().if_contains("refresh_token");
  if (refresh != nullptr && refresh->is_string() && is_token(refresh->as_string()))
    token.refresh_token = refresh->as_string();
  if (const auto* life = value.as_object().if_contains("expires_in"); life != nullptr && life->is_number()) {
    const auto seconds = std::clamp(life->to_number<double>(), 0.0, 86'400.0);
    token.life = std::chrono::seconds{static_cast<std::int64_t>(seconds)};
  }
  return token;
}

/// RFC 6749, section 5.2: {"error":"invalid_grant","error_description":"…"}.
std::string words_of(const std::string& body) {
  json::error_code bad;
  const auto value = json::parse(body, bad);
  if (bad || !value.is_object()) return {};
  std::string words;
  for (const auto* name : {"error", "error_description"}) {
    const auto* text = value.as_object().if_contains(name);
    if (text == nullptr || !text->is_string()) continue;
    words += (words.empty() ? "" : ": ") + std::string(text->as_string());
  }
  return one_line(words, 300);
}

class CachedTokens final : public TokenSource {
 public:
  CachedTokens(Credentials credentials, std::string scope, WebClient& web, const Clock& clock,
               Rotated rotated)
      : credentials_(std::move(credentials)), scope_(std::move(scope)), web_(web), clock_(clock) {
    if (const auto* consent = std::get_if<Consent>(&credentials_))
      state_->refresh_token = consent->refresh_token;
    state_->rotated = std::move(rotated);
  }

  void token(Done done) override {
    std::optional<Result<std::string>> now;
    bool ask = false;
    {
      const std::lock_guard lock(state_->mutex);
      const auto left = state_->runs_out - clock_.boot_now();
      const bool resting = clock_.boot_now() < state_->rest_until;
      ask = left < kEarly && !state_->asking && !resting;
      if (left > kUsable) {
        now = state_->token;
      } else if (!state_->asking && resting) {
        now = std::unexpected(state_->trouble);
      } else {
        state_->waiting.push_back(std::move(done));
      }
      if (ask) state_->asking = true;
    }
    if (now) done(std::move(*now));
    if (ask) begin();
  }

  void forget(const std::string& token) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->token != token) return;
    state_->token.clear();
    state_->runs_out = {};
  }

 private:
  /// Outlives this object while a request is under way.
  struct State {
    std::mutex mutex;
    std::string token;
    BootTime runs_out{}, rest_until{};
    Error trouble;
    bool asking = false;
    std::vector<Done> waiting;
    std::string refresh_token;  ///< of a consent, the newest
    Rotated rotated;
  };

  void begin() {
    auto request = make_request();
    if (!request) return settle(*state_, clock_.boot_now(), std::unexpected(request.error()));
    web_.start(std::move(*request), [state = state_, began = clock_.boot_now(), judge = judge()](
                                        Result<WebAnswer> answer) { settle(*state, began, judge(answer)); });
  }

  Result<WebRequest> make_request() const {
    if (const auto* account = std::get_if<ServiceAccount>(&credentials_)) {
      const auto now = to_micros(clock_.wall_now()) / 1'000'000;
      const auto assertion = sign_jwt({{"iss", account->email},
                                       {"scope", scope_},
                                       {"aud", account->token_uri},
                                       {"iat", now},
                                       {"exp", now + 3600}},
                                      account->private_key, account->key_id);
      if (!assertion) return std::unexpected(assertion.error());
      return token_request(
          account->token_uri,
          form({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *assertion}}));
    }
    if (const auto* consent = std::get_if<Consent>(&credentials_)) {
      const std::lock_guard lock(state_->mutex);
      std::vector<std::pair<std::string, std::string>> fields{{"grant_type", "refresh_token"},
                                                              {"client_id", consent->client_id},
                                                              {"refresh_token", state_->refresh_token}};
      if (!consent->client_secret.empty()) fields.emplace_back("client_secret", consent->client_secret);
      if (!consent->scope.empty()) fields.emplace_back("scope", consent->scope);
      return token_request(consent->token_uri, form(fields));
    }
    const auto& server = std::get<MetadataServer>(credentials_);
    return WebRequest{.url = server.url + "/computeMetadata/v1/instance/service-accounts/default/token?" +
                             form({{"scopes", scope_}}),
                      .headers = {{"Metadata-Flavor", "Google"}},
                      .time = kMetadataTime,
                      .connect = kMetadataTime,
                      .most_bytes = kLongestAnswer};
  }

  /// What an answer means: a token, or why there is none.
  std::function<Result<Token>(Result<WebAnswer>&)> judge() const {
    const bool metadata = std::holds_alternative<MetadataServer>(credentials_);
    return [metadata](Result<WebAnswer>& answer) -> Result<Token> {
      if (!answer && metadata) {
        return invalid(
            "no_credentials",
            "There are no Google credentials: set GOOGLE_CREDENTIALS_FILE to a service account's key "
            "file.");
      }
      if (!answer) return unavailable("oauth_unavailable", "No access token: " + answer.error().message);
      if (metadata && answer->header("Metadata-Flavor") != "Google")
        return invalid("no_credentials", "What answers as Google's metadata server is none.");
      if (answer->status == 200) {
        if (auto token = read_token(answer->body)) return std::move(*token);
        return unavailable("oauth_unavailable", "No access token: the token server's answer holds none.");
      }
      const auto words = words_of(answer->body);
      if (answer->status >= 500 || answer->status == 429 || answer->status == 408) {
        return unavailable("oauth_unavailable",
                           fmt::format("No access token: the token server answered {}.", answer->status));
      }
      return invalid("oauth_refused",
                     fmt::format("The token server does not accept the credentials any more: {}.",
                                 words.empty() ? fmt::format("it answered {}", answer->status) : words));
    };
  }

  static void take_over(State& state, const std::string& refresh_token) {
    {
      const std::lock_guard lock(state.mutex);
      if (refresh_token.empty() || refresh_token == state.refresh_token || state.refresh_token.empty())
        return;
      state.refresh_token = refresh_token;
    }
    if (state.rotated) state.rotated(refresh_token);
  }

  static void settle(State& state, BootTime began, Result<Token> token) {
    if (token) take_over(state, token->refresh_token);
    std::vector<Done> waiting;
    Result<std::string> result;
    {
      const std::lock_guard lock(state.mutex);
      state.asking = false;
      waiting.swap(state.waiting);
      if (token) {
        state.token = token->text;
        state.runs_out = began + std::min<Micros>(token->life, kLongestLife);
        state.rest_until = {};
        result = state.token;
      } else {
        state.trouble = token.error();
        state.rest_until = began + (token.error().kind == Error::Kind::unavailable ? Micros{kAfterTrouble}
                                                                                   : Micros{kAfterRefusal});
        result = std::unexpected(token.error());
      }
    }
    for (auto& done : waiting) done(result);
  }

  const Credentials credentials_;
  const std::string scope_;
  WebClient& web_;
  const Clock& clock_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace

Result<std::string> TokenSource::token() {
  std::promise<Result<std::string>> promise;
  auto token = promise.get_future();
  this->token([&promise](Result<std::string> result) { promise.set_value(std::move(result)); });
  return token.get();
}

std::unique_ptr<TokenSource> make_token_source(Credentials credentials, std::string scope, WebClient& web,
                                               const Clock& clock, Rotated rotated) {
  return std::make_unique<CachedTokens>(std::move(credentials), std::move(scope), web, clock,
                                        std::move(rotated));
}

}  // namespace postrider

#include "oauth/key_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "base/base64.h"
#include "base/text.h"
#include "oauth/id_token.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr const char* kGoogleKeys = "https://www.googleapis.com/oauth2/v3/certs";
constexpr auto kTime = 5s;  // a request; whoever shows a token waits for two of them at most
constexpr auto kRest = 60s;
constexpr auto kRestWithoutKeys = 5s;  // nobody is believed meanwhile
constexpr auto kShortestFresh = 60s;
constexpr auto kUsuallyFresh = 1h;
constexpr auto kLongestFresh = 24h;
constexpr std::size_t kLongestAnswer = 256 * 1024;
constexpr std::size_t kMostKeys = 100;

std::unexpected<Error> trouble(std::string why) {
  return unavailable("no_issuer_keys", std::move(why));
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

json::object object_of(const std::string& text) {
  json::error_code bad;
  auto value = json::parse(text, bad);
  return !bad && value.is_object() ? std::move(value.as_object()) : json::object();
}

/// Keys of other kinds and for other uses are passed over, and so is what is no key.
std::optional<RsaKey> key_of(const json::object& object) {
  if (text_of(object, "kty") != "RSA") return std::nullopt;
  if (object.contains("alg") && text_of(object, "alg") != "RS256") return std::nullopt;
  if (object.contains("use") && text_of(object, "use") != "sig") return std::nullopt;
  const auto modulus = from_base64url(text_of(object, "n")), exponent = from_base64url(text_of(object, "e"));
  if (!modulus || !exponent) return std::nullopt;
  return RsaKey::from_public(*modulus, *exponent);
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  std::int64_t seconds = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (read.ec == std::errc::result_out_of_range) return std::chrono::seconds(kLongestFresh).count();
  if (text.empty() || read.ec != std::errc() || read.ptr != end || seconds < 0) return std::nullopt;
  return std::min<std::int64_t>(seconds, std::chrono::seconds(kLongestFresh).count());
}

}  // namespace

Micros freshness_of(const WebAnswer& answer) {
  Micros fresh = kUsuallyFresh;
  for (auto word : split(answer.header("Cache-Control"), ',')) {
    word = trim(word);
    constexpr std::string_view kMaxAge = "max-age=";
    if (equals_ignoring_case(word, "no-store") || equals_ignoring_case(word, "no-cache")) {
      return kShortestFresh;
    }
    if (!equals_ignoring_case(word.substr(0, kMaxAge.size()), kMaxAge)) continue;
    if (const auto seconds = seconds_of(word.substr(kMaxAge.size()))) fresh = std::chrono::seconds{*seconds};
  }
  // A cache on the way has had it for so long already.
  fresh -= std::chrono::seconds{seconds_of(answer.header("Age")).value_or(0)};
  return std::clamp<Micros>(fresh, kShortestFresh, kLongestFresh);
}

KeySet::KeySet(std::string issuer, WebClient& web, const Clock& clock)
    : issuer_(std::move(issuer)), web_(web), clock_(clock) {}

Result<RsaKey> KeySet::find(std::string_view key_id) {
  std::unique_lock lock(mutex_);
  for (bool asked = false;; asked = true) {
    const auto now = clock_.boot_now();
    const auto known = keys_.find(key_id);
    if (known != keys_.end() && now < fresh_until_) return known->second;
    const bool nothing_newer = asked || (!fetching_ && now < rest_until_);
    if (nothing_newer && known != keys_.end()) return known->second;
    if (nothing_newer) break;
    if (fetching_) {
      fetched_.wait(lock, [this] { return !fetching_; });
    } else {
      fetch_and_keep(lock);
    }
  }
  if (trouble_.empty()) return invalid("unknown_key", "The issuer of the ID token has no such key.");
  return trouble("The keys of the ID token's issuer cannot be had: " + trouble_);
}

/// One at a time: `fetching_` keeps all others waiting, whatever becomes of it.
void KeySet::fetch_and_keep(std::unique_lock<std::mutex>& lock) {
  fetching_ = true;
  lock.unlock();
  Result<Fetched> fetched;
  try {
    fetched = fetch();
  } catch (const std::exception& fault) {
    fetched = trouble(fault.what());
  }
  lock.lock();
  fetching_ = false;
  const auto now = clock_.boot_now();
  if (fetched) {
    keys_ = std::move(fetched->keys);
    fresh_until_ = now + fetched->fresh;
    trouble_.clear();
  } else {
    trouble_ = fetched.error().message;
  }
  rest_until_ = now + (keys_.empty() ? Micros{kRestWithoutKeys} : Micros{kRest});
  fetched_.notify_all();
}

Result<KeySet::Fetched> KeySet::fetch() const {
  const auto uri = find_uri();
  if (!uri) return std::unexpected(uri.error());
  const auto answer = ask(*uri);
  if (!answer) return std::unexpected(answer.error());
  Fetched fetched{.keys = {}, .fresh = freshness_of(*answer)};
  const auto set = object_of(answer->body);
  const auto* list = set.if_contains("keys");
  if (list != nullptr && list->is_array()) {
    for (const auto& entry : list->as_array()) {
      if (!entry.is_object() || fetched.keys.size() >= kMostKeys) continue;
      const auto id = text_of(entry.as_object(), "kid");
      if (auto key = key_of(entry.as_object()); key && !id.empty()) fetched.keys.emplace(id, std::move(*key));
    }
  }
  if (fetched.keys.empty())
    return trouble(fmt::format("{} publishes none that can be used.", origin_of(*uri)));
  return fetched;
}

/// Where the keys are. What is said over an open line anybody on it could say instead: only an issuer that
/// was set with http has keys there.
Result<std::string> KeySet::find_uri() const {
  if (issuer_ == kGoogleIssuer) return kGoogleKeys;
  const auto answer = ask(issuer_ + std::string(kOpenIdConfigurationPath));
  if (!answer) return std::unexpected(answer.error());
  const auto configuration = object_of(answer->body);
  if (text_of(configuration, "issuer") != issuer_)
    return trouble(fmt::format("{} says that it is another issuer.", origin_of(issuer_)));
  auto uri = text_of(configuration, "jwks_uri");
  const bool safe =
      uri.starts_with("https://") || (uri.starts_with("http://") && issuer_.starts_with("http://"));
  if (!safe) return trouble(fmt::format("the jwks_uri of {} is not https.", origin_of(issuer_)));
  return uri;
}

Result<WebAnswer> KeySet::ask(const std::string& url) const {
  auto answer = web_.call({.url = url,
                           .headers = {{"Accept", "application/json"}},
                           .time = kTime,
                           .connect = kTime,
                           .most_bytes = kLongestAnswer});
  if (!answer) return trouble(answer.error().message);
  if (answer->status != 200) return trouble(fmt::format("{} answered {}.", origin_of(url), answer->status));
  return answer;
}

}  // namespace postrider

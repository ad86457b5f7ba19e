#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <mutex>
#include <unordered_map>

#include "base/base64.h"
#include "base/check.h"
#include "base/text.h"
#include "base/token.h"
#include "oauth/id_token.h"
#include "oauth/key_set.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t kLongestToken = 8 * 1024;
constexpr std::size_t kLongestKeyId = 200;
constexpr std::size_t kMostKept = 1'000;
constexpr auto kClockAhead = 300s;  // the issuer's, at most
constexpr auto kClockBehind = 60s;  // ours may be fast by so much
constexpr auto kLongestLife = 24h;
constexpr std::string_view kRemoved = "SIGNATURE_REMOVED_BY_GOOGLE";

std::unexpected<Error> refused(std::string_view why) {
  return invalid("bad_id_token", fmt::format("The ID token is refused: {}.", why));
}

std::optional<json::object> object_of(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text) return std::nullopt;
  json::error_code bad;
  auto value = json::parse(*text, bad);
  if (bad || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

bool is_text(const json::object& object, std::string_view name, std::string_view expected) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() && std::string_view(value->as_string()) == expected;
}

/// A NumericDate (RFC 7519, section 2): seconds, which may have a fraction.
std::optional<WallTime> time_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto seconds = value->to_number<double>();
  constexpr double kLast = 253'402'300'800.0;  // the year 10000
  if (!std::isfinite(seconds) || seconds < 0 || seconds >= kLast) return std::nullopt;
  return WallTime{std::chrono::floor<Micros>(std::chrono::duration<double>(seconds))};
}

/// What is wrong with the times; empty: nothing.
std::string_view judge_times(const json::object& claims, WallTime now) {
  const auto issued = time_of(claims, "iat"), expires = time_of(claims, "exp");
  if (!issued || !expires) return "it does not say from when until when it is good";
  if (*issued > now + kClockAhead) return "it is from the future";
  if (now >= *expires + kClockBehind) return "it has expired";
  if (*expires <= *issued || *expires - *issued > kLongestLife) return "nobody signs tokens for so long";
  if (claims.contains("nbf")) {
    const auto begins = time_of(claims, "nbf");
    if (!begins || *begins > now + kClockAhead) return "it is not good yet";
  }
  return {};
}

/// What is wrong with the claims of a token whose signature is good; empty: nothing.
std::string_view judge(const json::object& claims, const IdTokenRules& rules, WallTime now) {
  const bool google = rules.issuer == kGoogleIssuer;
  if (!is_text(claims, "iss", rules.issuer) && !(google && is_text(claims, "iss", "accounts.google.com")))
    return "it is from another issuer";
  // A list of audiences is refused as well: whoever may share a token may show it.
  if (!is_text(claims, "aud", rules.audience)) return "it is meant for another audience";
  if (const auto wrong = judge_times(claims, now); !wrong.empty()) return wrong;
  // The audience alone says nothing: anybody can have a token made for any.
  if (!is_text(claims, "email", rules.email)) return "it is another account's";
  const auto* verified = claims.if_contains("email_verified");
  if (verified == nullptr || !verified->is_bool() || !verified->as_bool())
    return "its issuer did not verify the account's address";
  return {};
}

class KeySetVerifier final : public IdTokenVerifier {
 public:
  KeySetVerifier(IdTokenRules rules, WebClient& web, const Clock& clock)
      : rules_(std::move(rules)), clock_(clock), keys_(rules_.issuer, web, clock) {
    CHECK(!rules_.issuer.empty() && !rules_.audience.empty() && !rules_.email.empty());
  }

  Result<void> verify(std::string_view token) override {
    if (token.size() > kLongestToken) return refused("it is too long");
    const auto name = token_hash(token);
    if (is_kept(name)) return {};
    const auto parts = split(token, '.');
    if (parts.size() != 3) return refused("it is no JSON Web Token");
    const auto key = key_of(parts);
    if (!key) return std::unexpected(key.error());
    const auto signature = from_base64url(parts[2]);
    const auto signed_part = token.substr(0, parts[0].size() + 1 + parts[1].size());
    if (!signature || !key->verify(signed_part, *signature)) return refused("its signature is wrong");
    const auto claims = object_of(parts[1]);
    if (!claims) return refused("it is no JSON Web Token");
    if (const auto wrong = judge(*claims, rules_, clock_.wall_now()); !wrong.empty()) return refused(wrong);
    keep(name, *time_of(*claims, "exp"));
    return {};
  }

 private:
  /// The algorithm comes first, and there is one: what the token says never chooses how it is verified.
  Result<RsaKey> key_of(const std::vector<std::string_view>& parts) {
    const auto header = object_of(parts[0]);
    if (!header) return refused("it is no JSON Web Token");
    if (!is_text(*header, "alg", "RS256")) return refused("it is not signed by RS256");
    if (parts[2] == kRemoved)
      return refused(
          "the platform has verified it and removed its signature. Where nobody can reach this server but "
          "through that platform, set TASKS_TRUST_PLATFORM");
    if (header->contains("crit")) return refused("it wants more than RS256");
    const auto* id = header->if_contains("kid");
    if (id == nullptr || !id->is_string() || id->as_string().empty() ||
        id->as_string().size() > kLongestKeyId)
      return refused("it does not say which key signed it");
    auto key = keys_.find(id->as_string());
    if (!key && key.error().code == "unknown_key") return refused("its issuer has no such key");
    return key;
  }

  bool is_kept(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto kept = kept_.find(name);
    return kept != kept_.end() && clock_.wall_now() < kept->second;
  }
  void keep(const std::string& name, WallTime until) {
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= kMostKept)
      std::erase_if(kept_, [now = clock_.wall_now()](const auto& entry) { return entry.second <= now; });
    if (kept_.size() >= kMostKept) kept_.clear();
    kept_[name] = until;
  }

  const IdTokenRules rules_;
  const Clock& clock_;
  KeySet keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, WallTime> kept_;  ///< hashes of good tokens, and when they run out
};

}  // namespace

std::unique_ptr<IdTokenVerifier> make_id_token_verifier(IdTokenRules rules, WebClient& web,
                                                        const Clock& clock) {
  return std::make_unique<KeySetVerifier>(std::move(rules), web, clock);
}

}  // namespace postrider

#include <fmt/format.h>

#include <boost/json.hpp>
#include <mutex>
#include <unordered_map>

#include "base/base64.h"
#include "base/token.h"
#include "oauth/id_token.h"
#include "oauth/signed_jwt.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kLife = 1h;
constexpr auto kLeft = 10min;  // whoever gets a token has at least so long to show it
constexpr std::size_t kMostKept = 1'000;
constexpr int kFewestBits = 2048;

/// The same key has the same id everywhere and for ever. Forty digits, as Google's are.
std::string id_of(const RsaKey& key) {
  return token_hash(key.modulus()).substr(0, 40);
}

/// Google's accounts have a number beside their address; ours get one that is always the same.
std::string number_of(std::string_view account) {
  return std::to_string(std::stoull(token_hash(account).substr(0, 16), nullptr, 16));
}

class RsaSigner final : public IdTokenSigner {
 public:
  RsaSigner(RsaKey key, std::string issuer, const Clock& clock)
      : key_(std::move(key)), key_id_(id_of(key_)), issuer_(std::move(issuer)), clock_(clock) {}

  std::string token(std::string_view service_account, std::string_view audience) override {
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
    auto name = fmt::format("{}\n{}", service_account, audience);
    {
      const std::lock_guard lock(mutex_);
      const auto known = kept_.find(name);
      // The clock may have been set back: a token from the future would be refused.
      if (known != kept_.end() && known->second.made <= now && now < known->second.made + kLife - kLeft)
        return known->second.text;
    }
    auto text = sign(service_account, audience, now);
    const std::lock_guard lock(mutex_);
    if (kept_.size() >= kMostKept) kept_.clear();
    kept_[std::move(name)] = {text, now};
    return text;
  }

  std::string key_set() const override {
    return json::serialize(json::object{{"keys",
                                         {json::object{{"kty", "RSA"},
                                                       {"alg", "RS256"},
                                                       {"use", "sig"},
                                                       {"kid", key_id_},
                                                       {"n", to_base64url(key_.modulus())},
                                                       {"e", to_base64url(key_.exponent())}}}}});
  }

  std::string configuration() const override {
    return json::serialize(json::object{
        {"issuer", issuer_},
        {"jwks_uri", issuer_ + std::string(kKeySetPath)},
        {"response_types_supported", {"id_token"}},
        {"subject_types_supported", {"public"}},
        {"id_token_signing_alg_values_supported", {"RS256"}},
        {"claims_supported", {"iss", "aud", "azp", "sub", "email", "email_verified", "iat", "exp"}}});
  }

 private:
  struct Kept {
    std::string text;
    std::chrono::sys_seconds made;
  };

  std::string sign(std::string_view account, std::string_view audience, std::chrono::sys_seconds now) const {
    const auto number = number_of(account);
    const auto seconds = now.time_since_epoch();
    return sign_jwt({{"iss", issuer_},
                     {"aud", audience},
                     {"azp", number},
                     {"sub", number},
                     {"email", account},
                     {"email_verified", true},
                     {"iat", seconds.count()},
                     {"exp", (seconds + kLife).count()}},
                    key_, key_id_);
  }

  const RsaKey key_;
  const std::string key_id_, issuer_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;  ///< by account and audience
};

}  // namespace

std::string make_signing_key() {
  return RsaKey::generate().pem();
}

Result<std::unique_ptr<IdTokenSigner>> make_id_token_signer(std::string_view pem, std::string issuer,
                                                            const Clock& clock) {
  auto key = RsaKey::parse_private(pem);
  if (!key) return std::unexpected(key.error());
  if (key->bits() < kFewestBits)
    return invalid("bad_private_key",
                   fmt::format("The private key is too short: {} bits are needed at least.", kFewestBits));
  if (!(issuer.starts_with("https://") || issuer.starts_with("http://")) || issuer.ends_with('/'))
    return invalid("bad_issuer",
                   "An issuer of ID tokens is an http or https URL without a slash at its end.");
  return std::make_unique<RsaSigner>(std::move(*key), std::move(issuer), clock);
}

}  // namespace postrider

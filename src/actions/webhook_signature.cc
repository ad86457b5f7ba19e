#include "actions/webhook_signature.h"

#include <fmt/format.h>
#include <sodium/crypto_auth_hmacsha256.h>

#include <array>

#include "base/base64.h"

namespace postrider {
namespace {

constexpr std::string_view kEncoded = "whsec_";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Result<std::string> webhook_key(std::string_view secret) {
  std::string key(secret);
  if (secret.starts_with(kEncoded)) {
    auto bytes = from_base64(secret.substr(kEncoded.size()));
    if (!bytes) return invalid("bad_webhook_secret", "must have base64 after \"whsec_\"");
    key = std::move(*bytes);
  }
  if (key.size() < kShortestWebhookSecret) {
    return invalid("bad_webhook_secret",
                   fmt::format("must have at least {} characters (or, as \"whsec_\" and base64, bytes). "
                               "`openssl rand -hex 32` makes one",
                               kShortestWebhookSecret));
  }
  return key;
}

std::string webhook_timestamp(WallTime at) {
  return fmt::format("{}", std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

std::string webhook_signature(std::string_view key, std::string_view id, WallTime at, std::string_view body) {
  const auto head = fmt::format("{}.{}.", id, webhook_timestamp(at));
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(head), head.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(body), body.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> tag{};
  crypto_auth_hmacsha256_final(&state, tag.data());
  return "v1," + to_base64({reinterpret_cast<const char*>(tag.data()), tag.size()});
}

}  // namespace postrider

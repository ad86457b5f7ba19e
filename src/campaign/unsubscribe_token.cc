#include "campaign/unsubscribe_token.h"

#include <sodium.h>

#include <algorithm>

#include "base/base64.h"
#include "base/check.h"

namespace postrider {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kTag = 24;
constexpr std::size_t kCampaign = 8;
constexpr std::size_t kLongestToken = 500;

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

UnsubscribeKey::UnsubscribeKey(std::span<const unsigned char, kBytes> secret) {
  static_assert(kBytes == crypto_kdf_KEYBYTES && kTag == crypto_stream_xchacha20_NONCEBYTES);
  CHECK(sodium_init() >= 0);
  std::array<unsigned char, crypto_auth_hmacsha256_KEYBYTES> tagging{};
  crypto_kdf_derive_from_key(tagging.data(), tagging.size(), 1, "unsubscr", secret.data());
  crypto_kdf_derive_from_key(cipher_.data(), cipher_.size(), 2, "unsubscr", secret.data());
  crypto_auth_hmacsha256_init(&tagging_, tagging.data(), tagging.size());
  sodium_memzero(tagging.data(), tagging.size());
}

UnsubscribeKey::Tag UnsubscribeKey::tag_of(std::string_view clear) const {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  auto state = tagging_;
  const auto version = static_cast<unsigned char>(kVersion);
  crypto_auth_hmacsha256_update(&state, &version, 1);
  crypto_auth_hmacsha256_update(&state, bytes(clear), clear.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  Tag tag{};
  std::copy_n(mac.begin(), tag.size(), tag.begin());
  return tag;
}

std::string UnsubscribeKey::token(CampaignId campaign, std::string_view address_key) const {
  std::string clear;
  clear.reserve(kCampaign + address_key.size());
  for (std::size_t i = 0; i < kCampaign; ++i) {
    clear += static_cast<char>(static_cast<std::uint64_t>(campaign.value) >> (56 - 8 * i));
  }
  clear += address_key;
  const Tag tag = tag_of(clear);
  std::string token(1 + kTag + clear.size(), kVersion);
  std::ranges::copy(tag, bytes(token) + 1);
  crypto_stream_xchacha20_xor(bytes(token) + 1 + kTag, bytes(std::string_view{clear}), clear.size(),
                              tag.data(), cipher_.data());
  return to_base64url(token);
}

std::optional<UnsubscribeKey::Named> UnsubscribeKey::read(std::string_view token) const {
  if (token.size() > kLongestToken) return std::nullopt;
  const auto whole = from_base64url(token);
  if (!whole || whole->size() <= 1 + kTag + kCampaign || whole->front() != kVersion) return std::nullopt;
  const auto* given = bytes(std::string_view{*whole}) + 1;
  std::string clear(whole->size() - 1 - kTag, '\0');
  crypto_stream_xchacha20_xor(bytes(clear), given + kTag, clear.size(), given, cipher_.data());
  const Tag tag = tag_of(clear);
  if (sodium_memcmp(tag.data(), given, kTag) != 0) return std::nullopt;
  std::uint64_t campaign = 0;
  for (std::size_t i = 0; i < kCampaign; ++i) campaign = campaign << 8 | bytes(clear)[i];
  return Named{CampaignId{static_cast<std::int64_t>(campaign)}, clear.substr(kCampaign)};
}

}  // namespace postrider

#pragma once
// Unsubscribe tokens: the secret part of an unsubscribe link. A token names campaign and address, tells
// neither to anybody without the key, cannot be made or changed without it, and works for ever: nothing
// of it is stored, so it outlives its campaign (docs/unsubscribe.md).
//
//   base64url( version 1 | tag 24 | XChaCha20(nonce = tag, campaign 8 | address key) )
//   tag = the first 24 octets of HMAC-SHA256(version | campaign | address key)
//
// The tag is also the nonce (a synthetic IV, as in RFC 5297): the same email has the same token on every
// attempt, and there is no random number to repeat. Immutable, safe to share between threads. Pure.

#include <sodium/crypto_auth_hmacsha256.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/id.h"

namespace postrider {

class UnsubscribeKey {
 public:
  static constexpr std::size_t kBytes = 32;

  explicit UnsubscribeKey(std::span<const unsigned char, kBytes> secret);

  /// `address_key`: Address::key(). Only A-Z a-z 0-9 - _, at most 400 of them.
  std::string token(CampaignId campaign, std::string_view address_key) const;

  struct Named {
    CampaignId campaign;
    std::string address_key;
  };
  /// Nothing for any text that token() did not make with this key; the tag is compared in constant time.
  std::optional<Named> read(std::string_view token) const;

 private:
  using Tag = std::array<unsigned char, 24>;
  Tag tag_of(std::string_view clear) const;

  crypto_auth_hmacsha256_state tagging_;  // begun: working the key in is half of the cost
  std::array<unsigned char, 32> cipher_{};
};

}  // namespace postrider

#pragma once
// MessageIdKey: makes Message-IDs (RFC 5322 §3.6.4) under one key. An id is the same on every attempt of
// one email and unguessable without the key. Working the key in is half of the cost of an HMAC, so it is
// done once. Immutable, safe to share between threads. Pure.

#include <sodium/crypto_auth_hmacsha256.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postrider {

/// The only one so far: a further email of one recipient in one campaign would count on.
inline constexpr int kMessageGeneration = 1;

class MessageIdKey {
 public:
  /// `key` has 32 bytes.
  explicit MessageIdKey(std::span<const unsigned char> key);

  /// `<26 characters of base32(HMAC-SHA256(key, campaign, recipient, generation))@domain>`.
  std::string message_id(std::int64_t campaign, std::int64_t recipient, int generation,
                         std::string_view domain) const;

 private:
  crypto_auth_hmacsha256_state begun_;
};

}  // namespace postrider

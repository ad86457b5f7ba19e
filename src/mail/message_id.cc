#include "mail/message_id.h"

#include <array>

#include "base/check.h"

namespace postrider {
namespace {

constexpr std::size_t kLength = 26;  // 130 bits

std::string base32(std::span<const unsigned char> bytes, std::size_t length) {
  constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648 §6, lower case
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (std::size_t i = 0; out.size() < length; held -= 5) {
    if (held < 5) {
      CHECK(i < bytes.size());
      bits = (bits << 8) | bytes[i++];
      held += 8;
    }
    out += alphabet[(bits >> (held - 5)) & 31];
  }
  return out;
}

}  // namespace

MessageIdKey::MessageIdKey(std::span<const unsigned char> key) {
  CHECK(key.size() == crypto_auth_hmacsha256_KEYBYTES);
  crypto_auth_hmacsha256_init(&begun_, key.data(), key.size());
}

std::string MessageIdKey::message_id(std::int64_t campaign, std::int64_t recipient, int generation,
                                     std::string_view domain) const {
  // Fixed widths, so that no two triples make the same octets. Big-endian: the same on every machine.
  std::array<unsigned char, 24> input{};
  const std::uint64_t numbers[] = {static_cast<std::uint64_t>(campaign),
                                   static_cast<std::uint64_t>(recipient),
                                   static_cast<std::uint64_t>(generation)};
  for (std::size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<unsigned char>(numbers[i / 8] >> (56 - 8 * (i % 8)));
  }
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  auto state = begun_;
  crypto_auth_hmacsha256_update(&state, input.data(), input.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::string id = "<";
  id += base32(mac, kLength);
  id += '@';
  id += domain;
  id += '>';
  return id;
}

}  // namespace postrider

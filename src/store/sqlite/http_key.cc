#include "store/sqlite/http_key.h"

#include <sodium.h>

#include <charconv>
#include <cstring>

#include "base/check.h"

namespace postrider::sqlite {
namespace {

constexpr int kRounds = 4;  // of a Feistel network, with which it is as good as its parts
constexpr unsigned kHalf = 32;

std::uint64_t joined(std::uint32_t left, std::uint32_t right) {
  return (std::uint64_t{left} << kHalf) | right;
}

}  // namespace

HttpIds::HttpIds(std::string_view secret) {
  static_assert(sizeof secret_ == crypto_shorthash_KEYBYTES);
  std::size_t length = 0;
  CHECK(sodium_hex2bin(secret_.data(), secret_.size(), secret.data(), secret.size(), nullptr, &length,
                       nullptr) == 0);
  CHECK(length == secret_.size());
}

std::uint32_t HttpIds::scramble(std::uint32_t half, int round) const {
  const std::uint64_t in = joined(static_cast<std::uint32_t>(round), half);
  std::array<unsigned char, sizeof in> text;
  std::array<unsigned char, crypto_shorthash_BYTES> out;
  std::memcpy(text.data(), &in, sizeof in);
  crypto_shorthash(out.data(), text.data(), text.size(), secret_.data());
  std::uint32_t mixed = 0;
  std::memcpy(&mixed, out.data(), sizeof mixed);
  return mixed;
}

std::string HttpIds::id_of(std::int64_t key) const {
  auto left = static_cast<std::uint32_t>(static_cast<std::uint64_t>(key) >> kHalf);
  auto right = static_cast<std::uint32_t>(key);
  for (int round = 0; round < kRounds; ++round) {
    left ^= scramble(right, round);
    std::swap(left, right);
  }
  return std::to_string(joined(left, right));
}

std::optional<HttpKey> HttpIds::key_of(std::string_view id) const {
  std::uint64_t number = 0;
  const auto* const end = id.data() + id.size();
  const auto read = std::from_chars(id.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || (id.size() > 1 && id.front() == '0')) return std::nullopt;
  auto left = static_cast<std::uint32_t>(number >> kHalf);
  auto right = static_cast<std::uint32_t>(number);
  for (int round = kRounds - 1; round >= 0; --round) {
    std::swap(left, right);
    left ^= scramble(right, round);
  }
  const auto key = static_cast<std::int64_t>(joined(left, right));
  if (key <= 0) return std::nullopt;
  return HttpKey::of(key);
}

}  // namespace postrider::sqlite

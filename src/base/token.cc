#include "base/token.h"

#include <sodium.h>

#include <array>

#include "base/result.h"

namespace postrider {
namespace {

constexpr std::size_t kRandom = 32;
constexpr std::size_t kShown = 6;

void start_sodium() {
  if (sodium_init() < 0) throw Fault("libsodium cannot start: no source of random numbers");
}

constexpr std::size_t kBlock = 64 * 1024;
using Hash = std::array<unsigned char, crypto_hash_sha256_BYTES>;

std::string hex_of(const Hash& hash) {
  std::string hex(hash.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();  // it ends with a NUL
  return hex;
}

}  // namespace

std::string make_token(std::string_view prefix) {
  start_sodium();
  std::array<unsigned char, kRandom> random;
  randombytes_buf(random.data(), random.size());
  constexpr auto variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<char, sodium_base64_ENCODED_LEN(kRandom, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text;
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), variant);
  std::string token = std::string(prefix) + text.data();
  sodium_memzero(random.data(), random.size());
  sodium_memzero(text.data(), text.size());
  return token;
}

std::string token_hash(std::string_view token) {
  Hash hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(token.data()), token.size());
  return hex_of(hash);
}

std::string stream_hash(std::istream& stream) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  stream.clear();
  stream.seekg(0);
  std::string block(kBlock, '\0');
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())), stream.gcount() > 0) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                              static_cast<unsigned long long>(stream.gcount()));
  }
  stream.clear();
  stream.seekg(0);
  Hash hash;
  crypto_hash_sha256_final(&state, hash.data());
  return hex_of(hash);
}

std::string token_start(std::string_view token, std::string_view prefix) {
  return std::string(token.substr(0, prefix.size() + kShown));
}

}  // namespace postrider

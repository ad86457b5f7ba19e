#include "base/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include <array>

#include "base/text.h"

namespace postrider {
namespace {

static_assert(kPasswordPasses >= crypto_pwhash_OPSLIMIT_INTERACTIVE);
static_assert(kPasswordMemory >= crypto_pwhash_MEMLIMIT_INTERACTIVE);

// Of the same numbers as ours, and of no password anybody knows.
constexpr std::string_view kNobody =
    "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::size_t characters(std::string_view text) {
  std::size_t n = 0;
  for (const unsigned char c : text) n += (c & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view name) {
  if (password.size() > kMostPassword)
    return invalid("password_too_long", fmt::format("A password has at most {} octets.", kMostPassword));
  if (!is_valid_utf8(password) || password.find('\0') != password.npos)
    return invalid("password_not_text", "A password is text in UTF-8, without NUL.");
  if (characters(password) < kLeastPassword) {
    return invalid("password_too_short",
                   fmt::format("A password needs at least {} characters. A few words are easy to remember.",
                               kLeastPassword));
  }
  if (equals_ignoring_case(password, name))
    return invalid("password_is_name", "The password must not be the account's name.");
  if (password.find_first_not_of(password.front()) == password.npos)
    return invalid("password_too_simple", "A password must not be one character again and again.");
  return {};
}

std::string hash_password(std::string_view password) {
  if (sodium_init() < 0) throw Fault("libsodium cannot start: no source of random numbers");
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasswordPasses, kPasswordMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw Fault("no memory to hash a password (64 MB)");
  }
  return hash.data();
}

bool verify_password(std::string_view hash, std::string_view password) {
  if (sodium_init() < 0) throw Fault("libsodium cannot start: no source of random numbers");
  // Nobody's hash is as dear as a real one; a password longer than any real one is not worth the time.
  if (password.size() > kMostPassword) password = password.substr(0, kMostPassword + 1);
  const std::string known(hash.empty() ? kNobody : hash);
  const bool right = crypto_pwhash_str_verify(known.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty();
}

}  // namespace postrider

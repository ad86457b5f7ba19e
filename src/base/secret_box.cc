#include "base/secret_box.h"

#include <sodium.h>

#include "base/base64.h"
#include "base/check.h"

namespace postrider {
namespace {

constexpr std::size_t kLeastSecret = 16;

/// libsodium picks its implementations here; calling it again is cheap and thread safe.
void start_sodium() {
  if (sodium_init() < 0) throw Fault("libsodium cannot start: no source of random numbers");
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(const unsigned char* data, std::size_t size) {
  std::string out(size * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), data, size);
  out.pop_back();
  return out;
}

std::unexpected<Error> unreadable() {
  return invalid("secret_unreadable",
                 "A stored secret cannot be opened: it was sealed under another key, or altered. "
                 "Start with the key it was sealed under, or enter the secret again.");
}

}  // namespace

Result<SecretBox> SecretBox::from_secret(std::string_view secret) {
  if (secret.size() < kLeastSecret) {
    return invalid("secret_too_short",
                   "The secret key needs at least 16 characters. `openssl rand -hex 32` makes a good one.");
  }
  start_sodium();
  SecretBox box;
  crypto_generichash(box.key_.data(), box.key_.size(), bytes(secret), secret.size(), nullptr, 0);
  return box;
}

std::string SecretBox::generate() {
  start_sodium();
  Key random;
  randombytes_buf(random.data(), random.size());
  std::string secret = hex(random.data(), random.size());
  sodium_memzero(random.data(), random.size());
  return secret;
}

std::string SecretBox::seal(std::string_view clear) const {
  if (clear.empty()) return {};
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + clear.size(), '\0');
  auto* nonce = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
  Key key = subkey("seal");
  crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES, bytes(clear), clear.size(), nonce, key.data());
  sodium_memzero(key.data(), key.size());

  return to_base64(sealed);
}

Result<std::string> SecretBox::open(std::string_view sealed) const {
  if (sealed.empty()) return std::string{};
  const auto raw = from_base64(sealed);
  constexpr std::size_t overhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (!raw || raw->size() < overhead) return unreadable();
  const std::size_t size = raw->size();
  const auto* nonce = bytes(*raw);
  std::string clear(size - overhead, '\0');
  Key key = subkey("seal");
  const int failed = crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(clear.data()),
                                                nonce + crypto_secretbox_NONCEBYTES,
                                                size - crypto_secretbox_NONCEBYTES, nonce, key.data());
  sodium_memzero(key.data(), key.size());
  if (failed != 0) return unreadable();
  return clear;
}

std::string SecretBox::fingerprint() const {
  return hex(subkey("fingerprint").data(), 8);
}

SecretBox::Key SecretBox::subkey(std::string_view purpose) const {
  CHECK(!purpose.empty());
  if (const auto kept = kept_.find(purpose); kept != kept_.end()) return kept->second;
  Key out;
  crypto_generichash(out.data(), out.size(), bytes(purpose), purpose.size(), key_.data(), key_.size());
  return out;
}

}  // namespace postrider

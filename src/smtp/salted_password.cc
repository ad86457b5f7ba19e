#include "smtp/salted_password.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace postrider {
namespace {

constexpr std::size_t block = 64;  // of SHA-256

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 digest;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  // One round of the salted password is HMAC(key, bytes + INT(1)); so HMAC itself is written here once.
  std::string padded(key.size() > block ? std::string(bytes_of(sha256(key))) : std::string(key));
  padded.resize(block, '\0');
  std::string inner = padded;
  std::string outer = padded;
  for (char& c : inner) c ^= 0x36;
  for (char& c : outer) c ^= 0x5c;
  return sha256(outer.append(bytes_of(sha256(inner.append(bytes)))));
}

void SaltedPassword::Free::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}

SaltedPassword::SaltedPassword(std::string_view password, std::string_view salt, int rounds)
    : inner_(EVP_MD_CTX_new()), outer_(EVP_MD_CTX_new()), scratch_(EVP_MD_CTX_new()), left_(rounds - 1) {
  CHECK(rounds >= 1);
  std::string padded(password.size() > block ? std::string(bytes_of(sha256(password)))
                                             : std::string(password));
  padded.resize(block, '\0');
  for (auto [context, pad] : {std::pair{inner_.get(), 0x36}, std::pair{outer_.get(), 0x5c}}) {
    std::string key = padded;
    for (char& c : key) c = static_cast<char>(c ^ pad);
    CHECK(EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1);
    CHECK(EVP_DigestUpdate(context, key.data(), key.size()) == 1);
  }
  hmac(std::string(salt) + std::string("\0\0\0\1", 4), last_);
  key_ = last_;
}

SaltedPassword::~SaltedPassword() = default;

void SaltedPassword::hmac(std::string_view bytes, Sha256& out) {
  Sha256 inside;
  CHECK(EVP_MD_CTX_copy_ex(scratch_.get(), inner_.get()) == 1);
  CHECK(EVP_DigestUpdate(scratch_.get(), bytes.data(), bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(scratch_.get(), inside.data(), nullptr) == 1);
  CHECK(EVP_MD_CTX_copy_ex(scratch_.get(), outer_.get()) == 1);
  CHECK(EVP_DigestUpdate(scratch_.get(), inside.data(), inside.size()) == 1);
  CHECK(EVP_DigestFinal_ex(scratch_.get(), out.data(), nullptr) == 1);
}

bool SaltedPassword::work(int rounds) {
  for (; left_ > 0 && rounds > 0; --left_, --rounds) {
    hmac(bytes_of(last_), last_);
    for (std::size_t i = 0; i < key_.size(); ++i) key_[i] ^= last_[i];
  }
  return left_ == 0;
}

const Sha256* SaltedKeys::find(const std::string& recipe) const {
  const auto kept = kept_.find(recipe);
  return kept == kept_.end() ? nullptr : &kept->second;
}

void SaltedKeys::keep(const std::string& recipe, const Sha256& key) {
  constexpr std::size_t most_kept = 100;
  if (kept_.size() >= most_kept) kept_.clear();
  kept_[recipe] = key;
}

std::string SaltedKeys::recipe(std::string_view password, std::string_view salt, int rounds) {
  return std::to_string(rounds) + ' ' + std::to_string(salt.size()) + ' ' + std::string(salt) +
         std::string(password);
}

}  // namespace postrider

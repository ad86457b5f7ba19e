#pragma once
// SecretBox: seals secrets at rest (libsodium secretbox) under the installation's key, and makes
// the sub-keys other rooms need. The key lives outside the database (SECRET_KEY or
// postrider.key); the database holds only its fingerprint. Thread safe once its kept keys are set.

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

class SecretBox {
 public:
  using Key = std::array<unsigned char, 32>;

  /// Any text or bytes of at least 16 octets; shorter is an error. (Stretched by BLAKE2b.)
  static Result<SecretBox> from_secret(std::string_view secret);
  /// A new random secret: 64 hex digits.
  static std::string generate();

  /// Base64 of nonce and sealed text. Empty text seals to empty text.
  std::string seal(std::string_view clear) const;
  /// An error when it was sealed under another key or altered.
  Result<std::string> open(std::string_view sealed) const;

  /// 16 hex digits; says which key, not what key.
  std::string fingerprint() const;
  /// A key for one purpose ("message-id"), derived from the installation's key unless one is kept.
  Key subkey(std::string_view purpose) const;
  /// From now on the key for this purpose, as it was under a key that was replaced.
  void keep_subkey(std::string_view purpose, const Key& key) { kept_[std::string(purpose)] = key; }

 private:
  Key key_{};
  std::map<std::string, Key, std::less<>> kept_;
};

}  // namespace postrider

#pragma once
// SaltedPassword: the key that SCRAM makes of a password (Hi() of RFC 5802 §2.2, PBKDF2 with SHA-256).
// A server asks for thousands of rounds, so it is worked out in slices, that the loop may turn between
// them, and kept, because every session of a mailbox needs the same one. Pure; not thread safe.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

typedef struct evp_md_ctx_st EVP_MD_CTX;

namespace postrider {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

class SaltedPassword {
 public:
  /// `rounds` is at least 1.
  SaltedPassword(std::string_view password, std::string_view salt, int rounds);
  ~SaltedPassword();

  /// Works on for `rounds` rounds at most. True: key() is ready.
  bool work(int rounds);
  const Sha256& key() const { return key_; }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const;
  };
  using Digest = std::unique_ptr<EVP_MD_CTX, Free>;

  void hmac(std::string_view bytes, Sha256& out);

  Digest inner_, outer_, scratch_;  ///< HMAC's two halves with the key in, and where they are continued
  Sha256 last_;
  Sha256 key_;
  int left_;
};

/// The keys worked out so far, by everything that makes them. At most 100; a new one beyond that
/// empties it.
class SaltedKeys {
 public:
  const Sha256* find(const std::string& recipe) const;
  void keep(const std::string& recipe, const Sha256& key);
  static std::string recipe(std::string_view password, std::string_view salt, int rounds);

 private:
  std::map<std::string, Sha256> kept_;
};

}  // namespace postrider

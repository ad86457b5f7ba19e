#pragma once
// An RSA key that signs, or the public half of one that verifies: RSASSA-PKCS1-v1_5 with SHA-256, which JSON
// Web Algorithms call RS256 (RFC 7518, section 3.3), and nothing else. A value that shares its key; thread
// safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace postrider {

class RsaKey {
 public:
  /// From PEM; encrypted ones are none. The error (`bad_private_key`) never says what the key is.
  static Result<RsaKey> parse_private(std::string_view pem);
  /// From modulus and exponent as a JSON Web Key has them: octets, the highest first. Nothing: they are no
  /// key that is strong enough (2048 bits) and of a usual size.
  static std::optional<RsaKey> from_public(std::string_view modulus, std::string_view exponent);
  static RsaKey generate();  ///< a private one of 2048 bits

  std::string sign(std::string_view text) const;  ///< needs the private half
  bool verify(std::string_view text, std::string_view signature) const;

  int bits() const;
  std::string modulus() const;   ///< octets, the highest first and not zero
  std::string exponent() const;  ///< likewise
  std::string pem() const;       ///< PKCS#8; needs the private half

 private:
  explicit RsaKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::string number(const char* name) const;

  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace postrider

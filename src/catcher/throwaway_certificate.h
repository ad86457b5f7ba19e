#pragma once
// ThrowawayCertificate: what the catcher shows for TLS, made anew in memory at each start: a key, a
// certificate of one's choice for it, good or wrong, and the authority that signed it. The names
// that fit are localhost, 127.0.0.1 and ::1. For tests: nobody outside trusts it. Thread safe.

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace postrider {

enum class CertificateKind {
  good,
  expired,     ///< since yesterday
  wrong_name,  ///< for another.example
  self_signed  ///< by no authority
};
std::string_view to_string(CertificateKind kind);
std::optional<CertificateKind> parse_certificate_kind(std::string_view text);

struct ThrowawayCertificate {
  std::string authority_pem;
  std::string certificate_pem;
  std::string key_pem;
  std::string pin;  ///< SHA-256 of the certificate's public key (SubjectPublicKeyInfo), in hex
};

/// Throws Fault when the library fails.
ThrowawayCertificate make_throwaway_certificate(CertificateKind kind, WallTime now);

}  // namespace postrider

#include "catcher/throwaway_certificate.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <utility>

#include "base/result.h"

namespace postrider {
namespace {

template <auto free>
struct Free {
  void operator()(auto* what) const { free(what); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free>>;

constexpr std::chrono::hours day{24};

template <class Pointer>
Pointer need(Pointer pointer) {
  if (!pointer) throw Fault("OpenSSL cannot make a certificate for the catcher");
  return pointer;
}

Key make_key() {
  return need(Key(EVP_EC_gen("P-256")));
}

void extend(X509* certificate, int kind, const char* value) {
  const auto extension = need(Extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value)));
  X509_add_ext(certificate, extension.get(), -1);
}

std::time_t seconds(WallTime time) {
  return std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
}

/// A certificate for `key`, from two days before now, not signed yet.
Certificate begin(EVP_PKEY* key, const char* name, WallTime now, WallTime until) {
  auto certificate = need(Certificate(X509_new()));
  X509_set_version(certificate.get(), 2);
  std::array<unsigned char, 8> serial;
  if (RAND_bytes(serial.data(), serial.size()) != 1) throw Fault("OpenSSL has no random bytes");
  serial[0] &= 0x7F;
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(now - 2 * day));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(until));
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

void sign(X509* certificate, const X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (X509_sign(certificate, key, EVP_sha256()) == 0) need(static_cast<X509*>(nullptr));
}

template <class Write>
std::string as_pem(Write write) {
  const auto memory = need(Memory(BIO_new(BIO_s_mem())));
  write(memory.get());
  const char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return as_pem([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
}

std::string pin_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
  unsigned length = 0;
  EVP_Digest(key, static_cast<std::size_t>(size), digest.data(), &length, EVP_sha256(), nullptr);
  OPENSSL_free(key);
  std::string text;
  for (unsigned n = 0; n < length; ++n) text += fmt::format("{:02x}", digest[n]);
  return text;
}

}  // namespace

std::string_view to_string(CertificateKind kind) {
  switch (kind) {
    case CertificateKind::good:
      return "good";
    case CertificateKind::expired:
      return "expired";
    case CertificateKind::wrong_name:
      return "wrong-name";
    case CertificateKind::self_signed:
      return "self-signed";
  }
  std::unreachable();
}

std::optional<CertificateKind> parse_certificate_kind(std::string_view text) {
  using enum CertificateKind;
  for (const auto kind : {good, expired, wrong_name, self_signed}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

ThrowawayCertificate make_throwaway_certificate(CertificateKind kind, WallTime now) {
  const Key authority_key = make_key();
  const Certificate authority =
      begin(authority_key.get(), "Postrider catcher's authority", now, now + 365 * day);
  extend(authority.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(authority.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  sign(authority.get(), authority.get(), authority_key.get());

  const bool expired = kind == CertificateKind::expired;
  const bool wrong_name = kind == CertificateKind::wrong_name;
  const Key key = make_key();
  const Certificate certificate = begin(key.get(), wrong_name ? "another.example" : "localhost", now,
                                        expired ? now - day : now + 365 * day);
  extend(certificate.get(), NID_subject_alt_name,
         wrong_name ? "DNS:another.example" : "DNS:localhost,IP:127.0.0.1,IP:::1");
  if (kind == CertificateKind::self_signed) {
    sign(certificate.get(), certificate.get(), key.get());
  } else {
    sign(certificate.get(), authority.get(), authority_key.get());
  }
  return {.authority_pem = pem_of(authority.get()),
          .certificate_pem = pem_of(certificate.get()),
          .key_pem = as_pem([&](BIO* out) {
            PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          }),
          .pin = pin_of(certificate.get())};
}

}  // namespace postrider

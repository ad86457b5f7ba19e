#pragma once
// For tests: certificates made on the spot, good and bad, in memory.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace postrider {

/// An authority and a server's certificate signed by it.
class TestCertificate {
 public:
  struct Wish {
    const char* name = "localhost";
    bool expired = false;
    bool self_signed = false;
  };
  explicit TestCertificate(Wish wish) {
    EVP_PKEY* const authority_key = EVP_EC_gen("P-256");
    key_ = EVP_EC_gen("P-256");
    X509* const authority = make(authority_key, "Test authority", nullptr, nullptr, authority_key, false);
    certificate_ = wish.self_signed
                       ? make(key_, wish.name, wish.name, nullptr, key_, wish.expired)
                       : make(key_, wish.name, wish.name, authority, authority_key, wish.expired);
    BIO* const text = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(text, authority);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text, &bytes);
    authority_pem_.assign(bytes, static_cast<std::size_t>(size));
    BIO_free(text);
    X509_free(authority);
    EVP_PKEY_free(authority_key);
  }
  TestCertificate(const TestCertificate&) = delete;
  ~TestCertificate() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  const std::string& authority_pem() const { return authority_pem_; }
  void serve(SSL_CTX* context) const {
    SSL_CTX_use_certificate(context, certificate_);
    SSL_CTX_use_PrivateKey(context, key_);
  }

 private:
  static void extend(X509* certificate, int nid, const std::string& value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  static X509* make(EVP_PKEY* key, const char* name, const char* host, X509* issuer, EVP_PKEY* signer,
                    bool expired) {
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -172'800);
    X509_gmtime_adj(X509_getm_notAfter(certificate), expired ? -86'400 : 86'400);
    X509_set_pubkey(certificate, key);
    X509_NAME* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
    if (host) {
      extend(certificate, NID_subject_alt_name, "DNS:" + std::string(host) + ",IP:127.0.0.1");
    } else {
      extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
    }
    X509_sign(certificate, signer, EVP_sha256());
    return certificate;
  }

  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  std::string authority_pem_;
};

}  // namespace postrider

#include "smtp/tls_trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/result.h"
#include "base/text.h"

namespace postrider {
namespace asio = boost::asio;

namespace {

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Freeing<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freeing<X509_free>>;

/// Certificates of further authorities. False: there is none, or one cannot be read.
bool add_authorities(SSL_CTX* context, const std::string& pem) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  const Bio text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int added = 0;
  while (const Certificate one{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, one.get()) != 1) return false;
    ++added;
  }
  // The end of the text is an error to OpenSSL too; any other means that a certificate is broken.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return added > 0 && at_end;
}

std::string pin_of(X509* certificate) {
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
  if (size <= 0) return {};
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(key, static_cast<std::size_t>(size), digest);
  OPENSSL_free(key);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string name_of(const X509_NAME* name) {
  const Bio text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return one_line({bytes, static_cast<std::size_t>(size)}, 300);
}

/// DNS names and addresses of subjectAltName.
std::string names_of(X509* certificate) {
  std::string names;
  auto* const all =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    int type = 0;
    const auto* value =
        static_cast<ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all, i), &type));
    if (type != GEN_DNS && type != GEN_IPADD) continue;
    std::string_view bytes(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<std::size_t>(ASN1_STRING_length(value)));
    std::string name(bytes);
    if (type == GEN_IPADD && bytes.size() == 4) {
      asio::ip::address_v4::bytes_type v4;
      std::copy(bytes.begin(), bytes.end(), v4.begin());
      name = asio::ip::address_v4(v4).to_string();
    } else if (type == GEN_IPADD) {
      if (bytes.size() != 16) continue;
      asio::ip::address_v6::bytes_type v6;
      std::copy(bytes.begin(), bytes.end(), v6.begin());
      name = asio::ip::address_v6(v6).to_string();
    }
    names += (names.empty() ? "" : ", ") + name;
  }
  GENERAL_NAMES_free(all);
  return one_line(names, 500);
}

/// Where the other end's certificate is kept when its verification fails: the session forgets it then.
int refused_certificate() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* certificate, CRYPTO_EX_DATA*, int, long, void*) {
        X509_free(static_cast<X509*>(certificate));
      });
  return index;
}

int remember_refused(int good, X509_STORE_CTX* verification) {
  auto* const ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* const certificate = X509_STORE_CTX_get0_cert(verification);
  if (good != 1 && certificate != nullptr && SSL_get_ex_data(ssl, refused_certificate()) == nullptr) {
    X509_up_ref(certificate);
    SSL_set_ex_data(ssl, refused_certificate(), certificate);
  }
  return good;
}

X509* certificate_of(SSL* ssl) {
  X509* const accepted = SSL_get0_peer_certificate(ssl);
  return accepted != nullptr ? accepted : static_cast<X509*>(SSL_get_ex_data(ssl, refused_certificate()));
}

WallTime moment(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime{std::chrono::seconds{timegm(&parts)}};
}

}  // namespace

std::shared_ptr<asio::ssl::context> make_tls_client_context(const std::string& ca_file,
                                                            const std::string& ca_pem) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  context->set_default_verify_paths(error);  // none on a bare system: then the named ones alone count
  if (!ca_file.empty() && context->load_verify_file(ca_file, error)) {
    throw Fault("cannot read certificate authorities from " + ca_file + ": " + error.message());
  }
  if (!ca_pem.empty() && !add_authorities(context->native_handle(), ca_pem)) return nullptr;
  context->set_verify_mode(asio::ssl::verify_peer);
  return context;
}

std::shared_ptr<asio::ssl::context> TlsContexts::with(const std::string& ca_pem) {
  constexpr std::size_t most_kept = 100;  // those in use live on with their lines
  if (kept_.size() > most_kept) kept_.clear();
  auto& context = kept_[ca_pem];
  if (!context) context = make_tls_client_context(ca_file_, ca_pem);
  return context;
}

void demand(SSL* ssl, const std::string& host, const std::string& pin) {
  boost::system::error_code not_numeric;
  (void)asio::ip::make_address(host, not_numeric);
  if (not_numeric) {
    SSL_set_tlsext_host_name(ssl, host.c_str());
    SSL_set1_host(ssl, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  }
  if (pin.empty()) {
    SSL_set_verify(ssl, SSL_VERIFY_PEER, remember_refused);
  } else {
    // The key alone counts: distrust() compares it after the handshake, before a word is said.
    SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  }
}

std::optional<std::string> distrust(SSL* ssl, const std::string& host, const std::string& pin) {
  if (!pin.empty()) {
    X509* const certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == nullptr) {
      if (!SSL_is_init_finished(ssl)) return std::nullopt;
      return host + " shows no certificate, and this mailbox's settings pin one.";
    }
    const std::string seen = pin_of(certificate);
    if (equals_ignoring_case(seen, pin)) return std::nullopt;
    return "The key of " + host + " is not the pinned one: it has " + seen + ".";
  }
  const long result = SSL_get_verify_result(ssl);
  if (result == X509_V_OK) return std::nullopt;
  return "The certificate of " + host + " is not trusted: " + X509_verify_cert_error_string(result) + ".";
}

std::optional<TlsPeer> peer_of(SSL* ssl) {
  X509* const certificate = certificate_of(ssl);
  if (certificate == nullptr) return std::nullopt;
  TlsPeer peer{.subject = name_of(X509_get_subject_name(certificate)),
               .issuer = name_of(X509_get_issuer_name(certificate)),
               .names = names_of(certificate),
               .not_before = moment(X509_get0_notBefore(certificate)),
               .not_after = moment(X509_get0_notAfter(certificate)),
               .pin = pin_of(certificate)};
  if (SSL_is_init_finished(ssl)) {
    peer.protocol = SSL_get_version(ssl);
    peer.cipher = SSL_get_cipher_name(ssl);
  }
  return peer;
}

}  // namespace postrider

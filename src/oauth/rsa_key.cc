#include "oauth/rsa_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/check.h"

namespace postrider {
namespace {

constexpr int kFewestBits = 2048;  // RFC 7518, section 3.3
constexpr int kMostBits = 8192;    // more cost whoever verifies too much time
constexpr std::size_t kLongestExponent = 8;

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Making = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

/// What OpenSSL has to say stays in its queue and would be taken for somebody else's error.
struct ErrorsForgotten {
  ~ErrorsForgotten() { ERR_clear_error(); }
};

int no_password(char*, int, int, void*) {
  return 0;  // never ask a terminal
}

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number to_number(std::string_view text) {
  return Number(BN_bin2bn(octets(text), static_cast<int>(text.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
  return {key, [](EVP_PKEY* last) { EVP_PKEY_free(last); }};
}

}  // namespace

Result<RsaKey> RsaKey::parse_private(std::string_view pem) {
  const ErrorsForgotten forgotten;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr);
  if (key == nullptr) return invalid("bad_private_key", "The private key is no RSA key in PEM form.");
  RsaKey read(owned(key));
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return invalid("bad_private_key", "The private key is no RSA key in PEM form.");
  return read;
}

std::optional<RsaKey> RsaKey::from_public(std::string_view modulus, std::string_view exponent) {
  const ErrorsForgotten forgotten;
  if (modulus.size() > kMostBits / 8 + 1 || exponent.empty() || exponent.size() > kLongestExponent)
    return std::nullopt;
  const auto n = to_number(modulus), e = to_number(exponent);
  if (n == nullptr || e == nullptr || BN_num_bits(n.get()) < kFewestBits || BN_num_bits(n.get()) > kMostBits)
    return std::nullopt;
  if (!BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get())) return std::nullopt;
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return std::nullopt;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Making making(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return std::nullopt;
  return RsaKey(owned(key));
}

RsaKey RsaKey::generate() {
  auto* key = EVP_RSA_gen(static_cast<unsigned>(kFewestBits));
  if (key == nullptr) throw Fault("cannot make an RSA key");
  return RsaKey(owned(key));
}

std::string RsaKey::sign(std::string_view text) const {
  const ErrorsForgotten forgotten;
  const Digest signing(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
      EVP_DigestSign(signing.get(), nullptr, &size, octets(text), text.size()) == 1) {
    std::string signature(size, '\0');
    if (EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(text),
                       text.size()) == 1) {
      signature.resize(size);
      return signature;
    }
  }
  throw Fault("cannot sign with an RSA key");
}

bool RsaKey::verify(std::string_view text, std::string_view signature) const {
  const ErrorsForgotten forgotten;
  const Digest verifying(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(verifying.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(verifying.get(), octets(signature), signature.size(), octets(text), text.size()) ==
             1;
}

int RsaKey::bits() const {
  return EVP_PKEY_get_bits(key_.get());
}

std::string RsaKey::number(const char* name) const {
  BIGNUM* raw = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &raw) == 1);
  const Number value(raw);
  std::string text(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
  BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(text.data()));
  return text;
}

std::string RsaKey::modulus() const {
  return number(OSSL_PKEY_PARAM_RSA_N);
}

std::string RsaKey::exponent() const {
  return number(OSSL_PKEY_PARAM_RSA_E);
}

std::string RsaKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  std::string pem(text, static_cast<std::size_t>(size));
  OPENSSL_cleanse(text, static_cast<std::size_t>(size));
  return pem;
}

}  // namespace postrider

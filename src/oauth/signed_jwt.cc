#include "oauth/signed_jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json.hpp>
#include <memory>

#include "base/base64.h"

namespace postrider {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Signing = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

int no_password(char*, int, int, void*) {
  return 0;  // never ask a terminal
}

std::string encoded(const boost::json::object& object) {
  return to_base64url(boost::json::serialize(object));
}

}  // namespace

Result<std::string> sign_jwt(const boost::json::object& claims, std::string_view private_key,
                             std::string_view key_id) {
  const Bio bio(BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
    return invalid("bad_private_key", "The private key of the credentials is no RSA key in PEM form.");
  boost::json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  const auto signed_part = encoded(header) + "." + encoded(claims);
  const Signing signing(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(signed_part.data());
  std::string signature;
  if (EVP_DigestSignInit(signing.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(signing.get(), nullptr, &size, bytes, signed_part.size()) == 1) {
    signature.resize(size);
    if (EVP_DigestSign(signing.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                       signed_part.size()) == 1) {
      signature.resize(size);
      return signed_part + "." + to_base64url(signature);
    }
  }
  ERR_clear_error();
  throw Fault("cannot sign with the private key of the credentials");
}

}  // namespace postrider

#include "oauth/signed_jwt.h"

#include <boost/json.hpp>

#include "base/base64.h"

namespace postrider {
namespace {

std::string encoded(const boost::json::object& object) {
  return to_base64url(boost::json::serialize(object));
}

}  // namespace

std::string sign_jwt(const boost::json::object& claims, const RsaKey& key, std::string_view key_id) {
  boost::json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  const auto signed_part = encoded(header) + "." + encoded(claims);
  return signed_part + "." + to_base64url(key.sign(signed_part));
}

Result<std::string> sign_jwt(const boost::json::object& claims, std::string_view private_key,
                             std::string_view key_id) {
  const auto key = RsaKey::parse_private(private_key);
  if (!key)
    return invalid("bad_private_key", "The private key of the credentials is no RSA key in PEM form.");
  return sign_jwt(claims, *key, key_id);
}

}  // namespace postrider

#pragma once
// A JSON Web Token signed with RS256 (RFC 7515, RFC 7518 section 3.3). Pure.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "oauth/rsa_key.h"

namespace postrider {

/// `key` holds its private half. `key_id`: empty, the token names none.
std::string sign_jwt(const boost::json::object& claims, const RsaKey& key, std::string_view key_id);

/// `private_key`: an RSA key in PEM form. The error says that it is none, never what it is.
Result<std::string> sign_jwt(const boost::json::object& claims, std::string_view private_key,
                             std::string_view key_id);

}  // namespace postrider

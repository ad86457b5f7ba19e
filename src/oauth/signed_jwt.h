#pragma once
// A JSON Web Token signed with RS256 (RFC 7515, RFC 7518 section 3.3). Pure.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

/// `private_key`: an RSA key in PEM form. The error says that it is none, never what it is.
Result<std::string> sign_jwt(const boost::json::object& claims, std::string_view private_key,
                             std::string_view key_id);

}  // namespace postrider

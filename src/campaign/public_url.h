#pragma once
// The public URL: where people and mail providers reach this installation (the setting PUBLIC_URL). Links
// in emails begin with it, so it is checked strictly and kept in one spelling. Pure.

#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

/// "https://mail.example.org", perhaps with a port and a path; without a slash at its end. http only for this
/// machine itself. No login, query or fragment; at most 200 characters. The error says what to write.
Result<std::string> parse_public_url(std::string_view text);

}  // namespace postrider

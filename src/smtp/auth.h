#pragma once
// AUTH: logging in (RFC 4954) by PLAIN (RFC 4616) or LOGIN. Both hand over the password itself, so
// they are used only under TLS or to this very machine. Loop only.

#include <optional>
#include <string>
#include <string_view>

#include "smtp/line.h"

namespace postrider {

std::string to_base64(std::string_view bytes);

/// Nothing: logged in. Tries PLAIN, then LOGIN if the server knows PLAIN by name only (504); a
/// wrong password is tried once, because servers lock accounts.
Async<std::optional<Trouble>> log_in(Line& line, std::string user, std::string password, Micros limit);

}  // namespace postrider

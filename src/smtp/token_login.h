#pragma once
// Logging in by an access token of OAuth 2.0: AUTH XOAUTH2 (Google's and Microsoft's), else OAUTHBEARER
// (RFC 7628). Only under TLS or to this very machine: whoever reads the token may send by it. Loop only.

#include <optional>

#include "smtp/line.h"

namespace postrider {

/// Nothing: logged in. `server.password` is the token; it is offered to no other mechanism. Trouble of kind
/// token_refused: a fresh token may do; of kind consent: none will, by what the server says of it.
Async<std::optional<Trouble>> log_in_by_token(Line& line, const MailServer& server, Micros limit);

}  // namespace postrider

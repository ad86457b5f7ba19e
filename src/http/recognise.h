#pragma once
// Who is calling: by an API key (Authorization: Bearer, RFC 6750) or by the session cookie of a browser.
// With both the key counts. Reads one row; blocking.

#include <expected>
#include <string>

#include "actions/context.h"
#include "http/access.h"
#include "http/message.h"

namespace postrider {

/// `__Host-`: of this host only, sent over TLS (or to loopback) only, for all of its paths (RFC 6265bis
/// §4.1.3).
inline constexpr std::string_view kSessionCookie = "__Host-postrider";

/// A caller, nobody (no credential), or a sentence that says what is wrong with the credential.
std::expected<Caller, std::string> recognise(ActionContext& context, const HttpHead& head);

/// The token of `Authorization: Bearer`; empty: there is none, or more than one header.
std::string_view bearer_token(const HttpHead& head);

/// The Set-Cookie value that gives the browser its session, and the one that takes it away.
std::string session_cookie(std::string_view token, Micros life);
std::string no_session_cookie();

}  // namespace postrider

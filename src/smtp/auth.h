#pragma once
// AUTH: logging in (RFC 4954) by SCRAM-SHA-256 (RFC 7677), PLAIN (RFC 4616) or LOGIN, in this order. All
// only under TLS or to this very machine: PLAIN and LOGIN hand over the password itself, and what SCRAM
// shows lets whoever listens guess at it for ever. Loop only.

#include <optional>
#include <string>

#include "base/base64.h"
#include "smtp/line.h"
#include "smtp/salted_password.h"

namespace postrider {

/// Nothing: logged in. A server that offers a mechanism and does not know it (504) is offered the next; a
/// refused password is never tried a second time, because servers lock accounts, and no password is
/// shown more than twice. Trouble of kind server_proof: by SCRAM the server did not prove that it knows
/// the password, so it is not the one we know. `keys` is kept between sessions and outlives the call.
Async<std::optional<Trouble>> log_in(Line& line, std::string user, std::string password, SaltedKeys& keys,
                                     Micros limit);

/// Sends out() and reads one reply. False: the line broke.
Async<bool> ask(Connection& connection, Micros limit);
/// What a 334 carries. Nothing: it is no base64.
std::optional<std::string> challenge_of(const Connection& connection);

}  // namespace postrider

#pragma once
// Problem documents (RFC 9457): the one form in which every route says that something is wrong. `code` is
// stable and for programs, `detail` one or more sentences for people that say what to do; `errors` names
// every bad field at once. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace postrider {

/// One field of a request that is wrong.
struct FieldError {
  std::string field;    ///< JSON pointer (RFC 6901) into the body, "/delay_max_minutes", or "?limit"
  std::string code;     ///< "missing", "too_long", "unknown_field" …
  std::string message;  ///< a sentence
};

HttpAnswer problem(int status, std::string_view code, std::string_view detail);
/// `detail` is made of the fields' sentences.
HttpAnswer problem(int status, std::string_view code, const std::vector<FieldError>& errors);

/// The status of what an action refused: invalid 422, not_found 404, conflict `conflict`, unavailable 503.
HttpAnswer problem(const Error& error, int conflict = 409);

/// "Not Found" for 404 and so on.
std::string_view reason_of(int status);

}  // namespace postrider

#pragma once
// HeaderField: a header of the user's own (`--header 'X-Project: spring'`). Which names are free to
// use is decided here, in one table: what Postrider, the mailbox, the server or a signature writes
// is refused with the reason, and so is what nobody needs (RFC 5322 §3.6, RFC 2045). Pure.

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct HeaderField {
  std::string name;
  std::string value;  ///< UTF-8, one line; in a campaign a template, in a message rendered
};

inline constexpr std::size_t kMostHeaderFields = 20;

/// Reads `Name: value`. The name is free to use, the value neither empty nor over 900 octets and
/// without control characters. Errors have the code `bad_header` and say what to do.
Result<HeaderField> parse_header_field(std::string_view text);

/// What holds for all fields of one message: at most kMostHeaderFields, each name once.
Result<void> check_header_fields(std::span<const HeaderField> fields);

/// Whether the value has a grammar in which encoded words do not stand just anywhere: every field
/// but X-… and the free texts. Such a value is sent as ASCII; a List-Id may have a name before it.
bool is_structured_field(std::string_view name);

}  // namespace postrider

#pragma once
// When a server wants to be asked again (RFC 9110, section 10.2.3): "120", or a moment in any of the three
// forms in which HTTP writes one (section 5.6.7). Pure.

#include <optional>
#include <string_view>

#include "base/time.h"

namespace postrider {

/// The moment of "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" or "Sun Nov  6 08:49:37
/// 1994"; nothing: it is none of these. A year of two digits is the one within fifty years of `now`.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now);

/// How long to wait from `now` on, an hour at most; nothing: the header does not say.
std::optional<Micros> retry_after(std::string_view header, WallTime now);

}  // namespace postrider

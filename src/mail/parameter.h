#pragma once
// Parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231). Only for the mail
// room. Pure.

#include <string>
#include <string_view>

namespace postrider {

/// Appends `; name="value"` on a line of its own. A value beyond short plain ASCII goes out as RFC
/// 2231 says, in pieces of at most 76 columns, and after it once more as `name="…"` in ASCII, cut
/// short before its ending, for programs that do not know RFC 2231. `value` is UTF-8 on one line.
void append_parameter(std::string& out, std::string_view name, std::string_view value);

}  // namespace postrider

#pragma once
// Encoded words (RFC 2047): text beyond ASCII in a header. Only for message.cc. Pure.

#include <string>
#include <string_view>

namespace postrider {

/// Appends valid UTF-8 without control characters to `out` as encoded words of at most 75
/// characters, one a line, lines at most 76; no character is split. `column` is how much of the
/// current line is used. Q or B, whichever is shorter; safe in a display name too (§5 (3)).
/// Returns the column after it.
std::size_t append_encoded_words(std::string& out, std::string_view text, std::size_t column);

}  // namespace postrider

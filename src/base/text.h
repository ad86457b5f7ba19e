#pragma once
// Small plain-text tools: ASCII only unless a name says otherwise, no locale anywhere.

#include <string>
#include <string_view>
#include <vector>

namespace postrider {

std::string_view trim(std::string_view text);    ///< without spaces and tabs, CR, LF at both ends
std::string lower_ascii(std::string_view text);  ///< A-Z to a-z, all other bytes as they are
bool equals_ignoring_case(std::string_view a, std::string_view b);           ///< ASCII case
std::vector<std::string_view> split(std::string_view text, char separator);  ///< keeps empty pieces
bool is_valid_utf8(std::string_view text);  ///< RFC 3629: no overlong forms, no surrogates

/// Octets of the valid UTF-8 character at the start of `text`, which must not be empty; 0 if there is none.
std::size_t utf8_length(std::string_view text);

/// One printable line for logs and tables: control characters become spaces, and what is longer
/// than `limit` bytes is cut at a character's edge with "…".
std::string one_line(std::string_view text, std::size_t limit = 500);

}  // namespace postrider

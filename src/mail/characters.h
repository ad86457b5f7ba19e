#pragma once
// Questions about characters that address, domain, field names and headers share. Only for the
// mail room. Pure.

#include <string_view>

namespace postrider {

bool is_letter_or_digit(char c);  ///< ASCII
bool is_ascii(std::string_view text);

/// The character of valid UTF-8 at the start of `text`, `length` octets long.
char32_t code_point(std::string_view text, std::size_t length);

/// Characters that cannot be seen, turn the reading direction, belong to no script, or look like a
/// blank or an "@": nobody has them in an address on purpose.
bool is_deceptive(char32_t point);

/// trim(), and also the blanks that spreadsheets and web pages add: NBSP, zero-width space, BOM.
std::string_view trim_cell(std::string_view text);

}  // namespace postrider

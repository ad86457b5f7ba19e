#pragma once
// Capital and small letters of every script (Unicode's full mappings: "ß" becomes "SS"), without a
// locale: the same on every machine. What is no valid UTF-8 changes in its ASCII letters only. Only
// for the template. Pure.

#include <string>
#include <string_view>

namespace postrider {

void append_upper(std::string& out, std::string_view text);
void append_lower(std::string& out, std::string_view text);

/// The first character large, all others small.
void append_capitalized(std::string& out, std::string_view text);

}  // namespace postrider

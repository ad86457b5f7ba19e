#pragma once
// How a value is written where it stands. Pure, linear.

#include <string>
#include <string_view>

#include "mail/template_html.h"

namespace postrider {

/// Appends `text` by any Escaping but url_start.
void append_escaped(std::string& out, std::string_view text, Escaping escaping);

/// Appends a whole address of a link; false, and nothing appended, unless it begins with http://,
/// https://, mailto: or tel:. Blanks around it are dropped; within it what no URL holds is
/// percent-encoded, and letters beyond ASCII stay. Its "&" is left to append_escaped(html).
bool append_whole_url(std::string& out, std::string_view text);
/// Why it was false.
std::string unsafe_url(std::string_view text);

/// As append_escaped(html), but character references that `text` holds already stay.
void append_escaped_once(std::string& out, std::string_view text);

/// application/x-www-form-urlencoded: a blank is "+"; - _ . ! ~ * ' ( ) stay.
void append_form_encoded(std::string& out, std::string_view text);

/// Undoes append_form_encoded and percent-encoding; "%" without two hexadecimal digits stays.
void append_form_decoded(std::string& out, std::string_view text);

}  // namespace postrider

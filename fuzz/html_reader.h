#pragma once
// HtmlReader: what a browser makes of an HTML text, asked of gumbo, an HTML 5 parser that is none of
// ours. It says where a marker that came in with a value has ended up. Pure.

#include <string>
#include <string_view>

namespace postrider::fuzz {

/// Where `marker` (lower case letters) stands as something it must not be: the name of an element or
/// attribute, a style or event handler, a script, a comment, the start of a URL with a scheme other
/// than http, https, mailto and tel. Empty: nowhere; wherever it stands it is text.
std::string misplaced(const std::string& html, std::string_view marker);

/// What in the document acts or fetches by itself: a script, a frame, a form, an event handler, a link
/// of an acting scheme. Empty: nothing.
std::string acting(const std::string& html);

/// Whether a browser takes the value of a URL attribute for a link of a scheme that may act.
bool is_unsafe_url(std::string_view url);

}  // namespace postrider::fuzz

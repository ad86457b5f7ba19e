#pragma once
// What HTML's elements and attributes mean for a value in them. Names in lower case. Only for the
// template. Pure.

#include <string_view>

namespace postrider {

/// Elements whose content is no HTML. In title and textarea character references count, so that an
/// escaped value may stand there.
bool holds_raw_text(std::string_view tag);

/// Elements behind which a reader's place depends on more than the characters (WHATWG HTML §13.2.6): on
/// whether scripts run, or on names that mean something else in there, as <title> does in <svg>.
bool is_read_in_two_ways(std::string_view tag);

/// Attributes that run a script, hold a style or a whole document, or set other attributes; and all of the
/// elements that load a script, a style or a document from elsewhere or say where links lead.
bool takes_no_value(std::string_view tag, std::string_view attribute);

/// Attributes that hold an address: by name, and by what a name that nobody knows yet sounds like.
bool holds_url(std::string_view attribute);

/// The same, with several addresses.
bool holds_urls(std::string_view attribute);

/// Without "data-" and a namespace's prefix, behind which other programs look for the same.
std::string_view plain_name(std::string_view attribute);

}  // namespace postrider

#pragma once
// Character references of HTML: `&auml;`, `&#8364;`, `&#x20AC;`. Only for the mail room. Pure.

#include <string>
#include <string_view>

namespace postrider {

struct DecodedEntity {
  std::size_t length = 0;  ///< octets of the reference; 0: it is none, "&" stands for itself
  std::string text;        ///< UTF-8; never a control character
};

/// `text` begins with "&".
DecodedEntity decode_entity(std::string_view text, bool in_attribute);

}  // namespace postrider

#pragma once
// ShownMessage: a raw message as people read it: headers decoded, its text and HTML part found and
// decoded (GMime). Thread safe; no I/O.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct ShownMessage {
  std::string headers;  ///< From, To, Subject, Date, Message-ID: one line each, decoded
  std::optional<std::string> text;
  std::optional<std::string> html;
};

Result<ShownMessage> view_message(std::string_view raw);

/// A header's value with its encoded words decoded (RFC 2047).
std::string decode_header(const std::string& value);

}  // namespace postrider

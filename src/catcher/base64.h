#pragma once
// Base64 as SMTP's AUTH speaks it (RFC 4648 §4, RFC 4954 §4). Pure.

#include <optional>
#include <string>
#include <string_view>

namespace postrider::catching {

std::string to_base64(std::string_view bytes);

/// Nothing when it is not base64. An empty text and "=", RFC 4954's way to say nothing, are empty.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace postrider::catching

#pragma once
// Base64 (RFC 4648 §4) with padding, and its form for URLs (§5) without, by libsodium. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace postrider {

std::string to_base64(std::string_view bytes);

/// Strict: padded, nothing but the alphabet. Nothing: it is no base64.
std::optional<std::string> from_base64(std::string_view text);

std::string to_base64url(std::string_view bytes);

/// Strict and canonical: no padding, and the unused bits of the last sign are zero, so that no two texts
/// mean the same bytes.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace postrider

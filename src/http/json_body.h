#pragma once
// JSON from strangers (RFC 8259, read strictly): no recursion beyond a few levels, no key twice, no number
// that is not one, no NUL, valid UTF-8. Pure, thread safe.

#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace postrider {

inline constexpr std::size_t kDeepestJson = 16;

/// The value, or a sentence that says what is wrong with the text.
std::expected<boost::json::value, std::string> read_json(std::string_view text);

}  // namespace postrider

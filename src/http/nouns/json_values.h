#pragma once
// Small pieces of the API's JSON.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace postrider {

inline boost::json::value time_value(const std::optional<WallTime>& time) {
  return time ? boost::json::value(format_rfc3339(*time)) : boost::json::value(nullptr);
}

/// Null for a text that is empty.
inline boost::json::value text_or_null(std::string_view text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

/// A text field of a judged body; null counts as empty. Nothing: not there.
inline std::optional<std::string> text_in(const boost::json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  if (value == nullptr) return std::nullopt;
  return value->is_string() ? std::string(value->as_string()) : std::string();
}

inline std::optional<std::int64_t> number_in(const boost::json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return value->to_number<std::int64_t>();
}

inline std::optional<bool> flag_in(const boost::json::object& body, std::string_view field) {
  const auto* value = body.if_contains(field);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return value->as_bool();
}

}  // namespace postrider

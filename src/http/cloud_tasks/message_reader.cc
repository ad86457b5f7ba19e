#include "http/cloud_tasks/message_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/base64.h"
#include "base/text.h"
#include "http/cloud_tasks/proto_time.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostViolations = 50;

/// What any method of Google's takes in its query (cloud.google.com/apis/docs/system-parameters).
constexpr std::array kSystemParameters = {
    "$.xgafv",      "$alt",       "$callback",       "$fields",    "$key", "$prettyPrint", "$userProject",
    "access_token", "alt",        "callback",        "fields",     "key",  "oauth_token",  "prettyPrint",
    "quotaUser",    "uploadType", "upload_protocol", "userProject"};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// A whole number, also where it is written as text or with a fraction of zero.
std::optional<std::int64_t> whole_number(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_double() || value.is_uint64()) {
    const double number = value.to_number<double>();
    if (std::trunc(number) != number || std::abs(number) > 1e15) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_string();
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> any_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.resize((standard.size() + 3) / 4 * 4, '=');
  return from_base64(standard);
}

}  // namespace

std::string camel_case(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool joined = name[i] == '_' && i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    out += joined ? static_cast<char>(name[++i] - 'a' + 'A') : name[i];
  }
  return out;
}

std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (is_upper(c)) out += '_';
    out += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

void Violations::add(std::string field, std::string description) {
  if (all_.size() < kMostViolations) all_.emplace_back(std::move(field), std::move(description));
}

RpcError Violations::error() const {
  RpcError error{RpcCode::invalid_argument, {}};
  json::array violations;
  for (const auto& [field, description] : all_) {
    if (!error.message.empty()) error.message += '\n';
    error.message += description;
    json::object violation;
    if (!field.empty()) violation["field"] = field;
    violation["description"] = description;
    violations.push_back(std::move(violation));
  }
  error.details = {json::object{{"@type", "type.googleapis.com/google.rpc.BadRequest"},
                                {"fieldViolations", std::move(violations)}}};
  return error;
}

std::string MessageReader::path_of(std::string_view name) const {
  return (path_.empty() ? "" : path_ + ".") + snake_case(name);
}

void MessageReader::wrong(std::string_view name, std::string_view type, std::string_view instead) {
  const auto path = path_of(name);
  violations_->add(path, fmt::format("Invalid value at '{}' ({}), {}", path, type, instead));
}

void MessageReader::wrong_value(std::string_view name, std::string_view type, const json::value& instead) {
  wrong(name, type, one_line(json::serialize(instead), 200));
}

const json::value* MessageReader::find(std::string_view name) {
  known_.push_back(name);
  const json::value* found = nullptr;
  for (const auto& [key, value] : *from_) {
    if (value.is_null()) continue;
    if (std::string_view(key) != name && camel_case(key) != name) continue;
    if (found != nullptr) wrong(name, "field", "it is given in both spellings of its name");
    found = &value;
  }
  return found;
}

std::optional<std::string> MessageReader::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  wrong_value(name, "TYPE_STRING", *value);
  return std::nullopt;
}

std::optional<int> MessageReader::int32(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  if (number && *number >= std::numeric_limits<int>::min() && *number <= std::numeric_limits<int>::max())
    return static_cast<int>(*number);
  wrong_value(name, "TYPE_INT32", *value);
  return std::nullopt;
}

std::optional<double> MessageReader::number(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  if (value->is_string()) {
    const auto& text = value->get_string();
    double number = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (bad == std::errc{} && end == text.data() + text.size() && std::isfinite(number)) return number;
  }
  wrong_value(name, "TYPE_DOUBLE", *value);
  return std::nullopt;
}

std::optional<std::string> MessageReader::bytes(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    if (auto decoded = any_base64(value->get_string())) return decoded;
    wrong(name, "TYPE_BYTES",
          fmt::format("Base64 decoding failed for {}", one_line(json::serialize(*value), 200)));
    return std::nullopt;
  }
  wrong_value(name, "TYPE_BYTES", *value);
  return std::nullopt;
}

std::optional<Micros> MessageReader::duration(std::string_view name) {
  constexpr std::string_view kType = "type.googleapis.com/google.protobuf.Duration";
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    wrong_value(name, kType, *value);
    return std::nullopt;
  }
  const std::string_view text = value->get_string();
  const auto duration = read_duration(text);
  if (!duration) {
    wrong(name, kType,
          fmt::format("Field '{}', Illegal duration format; {}", name,
                      text.ends_with('s') ? "it is a number of seconds" : "duration must end with 's'"));
  }
  return duration;
}

std::optional<WallTime> MessageReader::timestamp(std::string_view name) {
  constexpr std::string_view kType = "type.googleapis.com/google.protobuf.Timestamp";
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    wrong_value(name, kType, *value);
    return std::nullopt;
  }
  const std::string_view text = value->get_string();
  const auto time = read_timestamp(text);
  if (!time)
    wrong(name, kType, fmt::format("Field '{}', Invalid time format: {}", name, one_line(text, 200)));
  return time;
}

std::optional<int> MessageReader::value_of(std::string_view name, const EnumNames& values) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    const auto named = std::ranges::find(values.names, std::string_view(value->get_string()));
    if (named != values.names.end()) return static_cast<int>(named - values.names.begin());
  }
  const auto number = whole_number(*value);
  if (number && *number >= 0 && *number < std::ssize(values.names)) return static_cast<int>(*number);
  wrong_value(name, fmt::format("type.googleapis.com/{}", values.type), *value);
  return std::nullopt;
}

std::optional<std::vector<std::string>> MessageReader::texts(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) {
    wrong_value(name, "TYPE_STRING", *value);
    return std::nullopt;
  }
  std::vector<std::string> all;
  for (const auto& one : value->get_array()) {
    if (one.is_string()) {
      all.emplace_back(one.get_string());
    } else {
      wrong_value(name, "TYPE_STRING", one);
    }
  }
  return all;
}

std::optional<std::vector<std::pair<std::string, std::string>>> MessageReader::map(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    wrong_value(name, "map", *value);
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, one] : value->get_object()) {
    if (one.is_string()) {
      all.emplace_back(key, one.get_string());
    } else {
      wrong_value(name, "TYPE_STRING", one);
    }
  }
  return all;
}

std::optional<MessageReader> MessageReader::message(std::string_view name, std::string_view type) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_object()) return MessageReader(value->get_object(), path_of(name), *violations_);
  wrong_value(name, fmt::format("type.googleapis.com/{}", type), *value);
  return std::nullopt;
}

void MessageReader::report_second(std::string_view oneof, std::string_view name) {
  violations_->add(path_,
                   fmt::format("Invalid value at '{}' (oneof), oneof field '{}' is already set. Cannot "
                               "set '{}'",
                               path_, oneof, name));
}

std::vector<std::string> MessageReader::unknown() const {
  std::vector<std::string> names;
  for (const auto& member : *from_) {
    const auto is = [&](std::string_view known) {
      return known == member.key() || known == camel_case(member.key());
    };
    if (std::ranges::none_of(known_, is)) names.emplace_back(member.key());
  }
  return names;
}

void MessageReader::finish() {
  for (const auto& name : unknown()) {
    const auto at = path_.empty() ? "" : fmt::format(" at '{}'", path_);
    violations_->add(path_,
                     fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: Cannot find field.",
                                 one_line(name, 200), at));
  }
}

void MessageReader::finish_query() {
  for (const auto& name : unknown()) {
    if (std::ranges::find(kSystemParameters, name) != kSystemParameters.end()) continue;
    violations_->add({}, fmt::format("Invalid JSON payload received. Unknown name \"{0}\": Cannot bind query "
                                     "parameter. Field '{0}' could not be found in request message.",
                                     one_line(name, 200)));
  }
}

}  // namespace postrider::cloud_tasks

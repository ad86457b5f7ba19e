// Judging values by a Schema.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <regex>

#include "base/text.h"
#include "base/time.h"
#include "http/schema.h"

namespace postrider {
namespace {

namespace json = boost::json;

/// "/a/b" as people say it: "a.b"; the whole body, a parameter.
std::string called(std::string_view field) {
  if (field.empty()) return "The body";
  if (field.front() != '/') return fmt::format("\"{}\"", field);
  std::string name(field.substr(1));
  std::ranges::replace(name, '/', '.');
  return fmt::format("\"{}\"", name);
}

std::string escaped(std::string_view key) {
  std::string pointer;
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

std::int64_t code_points(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string_view type_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "boolean";
    case json::kind::int64:
    case json::kind::uint64:
      return "integer";
    case json::kind::double_:
      return "number";
    case json::kind::string:
      return "string";
    case json::kind::array:
      return "array";
    case json::kind::object:
      return "object";
  }
  return "null";
}

class Judgement {
 public:
  std::vector<FieldError> errors;

  void look(const json::object& schema, json::value& value, const std::string& at) {
    if (const auto* choices = schema.if_contains("anyOf")) return look_any(choices->as_array(), value, at);
    if (const auto* type = schema.if_contains("type"); type != nullptr && !fits(*type, value)) {
      return wrong(at, "wrong_type", fmt::format("must be {}, not {}", spelled(*type), type_of(value)));
    }
    if (const auto* words = schema.if_contains("enum")) look_word(words->as_array(), value, at);
    if (value.is_string()) look_text(schema, value.as_string(), at);
    if (value.is_number()) look_number(schema, value, at);
    if (value.is_array()) look_array(schema, value.as_array(), at);
    if (value.is_object()) look_object(schema, value.as_object(), at);
  }

 private:
  void wrong(const std::string& at, std::string_view code, std::string_view sentence) {
    if (errors.size() < 50)
      errors.push_back({at, std::string(code), fmt::format("{} {}.", called(at), sentence)});
  }

  static bool fits(const json::value& type, const json::value& value) {
    if (const auto* types = type.if_array()) {
      return std::ranges::any_of(*types, [&](const json::value& one) { return fits(one, value); });
    }
    const auto& wanted = type.as_string();
    const auto is = type_of(value);
    if (wanted == "number" && is == "integer") return true;
    if (wanted == "integer" && is == "number") {  // 3.0 is a whole number to JSON
      const double number = value.as_double();
      return number == std::floor(number) && std::abs(number) < 9e15;
    }
    return std::string_view(wanted) == is;
  }

  static std::string spelled(const json::value& type) {
    if (const auto* types = type.if_array()) {
      std::string all;
      for (const auto& one : *types) all += (all.empty() ? "" : " or ") + spelled(one);
      return all;
    }
    const auto& word = type.as_string();
    if (word == "null") return "null";
    return (word == "integer" || word == "object" || word == "array" ? "an " : "a ") + std::string(word);
  }

  /// The last choice is null; what is wrong is said by the first.
  void look_any(const json::array& choices, json::value& value, const std::string& at) {
    for (const auto& choice : choices) {
      Judgement alone;
      auto copy = value;
      alone.look(choice.as_object(), copy, at);
      if (!alone.errors.empty()) continue;
      value = std::move(copy);
      return;
    }
    look(choices.front().as_object(), value, at);
  }

  void look_word(const json::array& words, const json::value& value, const std::string& at) {
    if (std::ranges::find(words, value) != words.end()) return;
    std::string known;
    for (const auto& word : words) known += (known.empty() ? "" : ", ") + std::string(word.as_string());
    wrong(at, "unknown_value", fmt::format("must be one of: {}", known));
  }

  void look_text(const json::object& schema, std::string_view text, const std::string& at) {
    if (const auto* least = schema.if_contains("minLength");
        least && code_points(text) < least->to_number<std::int64_t>()) {
      return wrong(at, "too_short",
                   text.empty()
                       ? std::string("must not be empty")
                       : fmt::format("must have at least {} characters", least->to_number<std::int64_t>()));
    }
    if (const auto* most = schema.if_contains("maxLength");
        most && code_points(text) > most->to_number<std::int64_t>()) {
      return wrong(at, "too_long",
                   fmt::format("must have at most {} characters", most->to_number<std::int64_t>()));
    }
    if (const auto* format = schema.if_contains("format"); format && *format == "date-time") {
      if (const auto time = parse_rfc3339(text); !time)
        wrong(at, "bad_time", fmt::format("must be a time as in RFC 3339, such as 2026-11-24T09:00:00Z"));
    }
    if (const auto* shape = schema.if_contains("pattern")) {
      const std::string regex(shape->as_string());
      if (!std::regex_search(text.begin(), text.end(), std::regex(regex, std::regex::ECMAScript))) {
        wrong(at, "bad_form", fmt::format("must match {}", regex));
      }
    }
  }

  void look_number(const json::object& schema, const json::value& value, const std::string& at) {
    const auto* least = schema.if_contains("minimum");
    const auto* most = schema.if_contains("maximum");
    if (least == nullptr || most == nullptr) return;
    // In long double both ends of 64-bit integers are exact.
    const auto exact = [](const json::value& number) {
      if (number.is_int64()) return static_cast<long double>(number.as_int64());
      if (number.is_uint64()) return static_cast<long double>(number.as_uint64());
      return static_cast<long double>(number.as_double());
    };
    if (exact(value) < exact(*least) || exact(value) > exact(*most)) {
      wrong(at, "out_of_range",
            fmt::format("must be from {} to {}", json::serialize(*least), json::serialize(*most)));
    }
  }

  void look_array(const json::object& schema, json::array& items, const std::string& at) {
    if (const auto* most = schema.if_contains("maxItems");
        most && items.size() > most->to_number<std::size_t>()) {
      return wrong(at, "too_many", fmt::format("must have at most {} items", most->to_number<std::size_t>()));
    }
    if (const auto* each = schema.if_contains("items")) {
      for (std::size_t i = 0; i < items.size(); ++i)
        look(each->as_object(), items[i], at + "/" + std::to_string(i));
    }
  }

  void look_object(const json::object& schema, json::object& object, const std::string& at) {
    const auto* properties = schema.if_contains("properties");
    const auto* others = schema.if_contains("additionalProperties");
    for (auto& [key, value] : object) {
      const auto field = at + "/" + escaped(key);
      const auto* known = properties ? properties->as_object().if_contains(key) : nullptr;
      if (known != nullptr && known->as_object().contains("readOnly")) {
        wrong(field, "read_only_field", "cannot be set");
      } else if (known != nullptr) {
        look(known->as_object(), value, field);
      } else if (others != nullptr && others->is_object()) {
        look(others->as_object(), value, field);
      } else if (others != nullptr && !others->as_bool()) {
        wrong(field, "unknown_field", "is no field that is known here");
      }
    }
    if (const auto* required = schema.if_contains("required")) {
      for (const auto& name : required->as_array()) {
        if (!object.contains(name.as_string())) {
          wrong(at + "/" + std::string(name.as_string()), "missing", "is missing");
        }
      }
    }
    if (properties == nullptr) return;
    for (const auto& [key, words] : properties->as_object()) {
      const auto* standard = words.as_object().if_contains("default");
      if (standard != nullptr && !object.contains(key)) object[key] = *standard;
    }
  }
};

}  // namespace

std::vector<FieldError> judge(const Schema& schema, json::value& value) {
  Judgement judgement;
  judgement.look(schema.words(), value, "");
  return std::move(judgement.errors);
}

std::vector<FieldError> judge_parameter(const Schema& schema, std::string_view name, std::string_view text,
                                        json::value& value) {
  const auto bad = [&](std::string_view what) {
    return std::vector<FieldError>{
        {std::string(name), "wrong_type", fmt::format("{} must be {}.", called(name), what)}};
  };
  const auto* type = schema.words().if_contains("type");
  const auto wanted =
      type && type->is_string() ? std::string_view(type->as_string()) : std::string_view("string");
  if (!is_valid_utf8(text) || text.find('\0') != text.npos) return bad("UTF-8 text");
  if (wanted == "integer") {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return bad("a whole number");
    value = number;
  } else if (wanted == "boolean") {
    if (text != "true" && text != "false") return bad("true or false");
    value = text == "true";
  } else {
    value = json::string(text);
  }
  Judgement judgement;
  judgement.look(schema.words(), value, std::string(name));
  return std::move(judgement.errors);
}

}  // namespace postrider

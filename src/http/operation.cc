#include "http/operation.h"

#include <boost/json.hpp>

#include "http/world.h"

namespace postrider {

namespace json = boost::json;

std::optional<std::string> Call::asked(std::string_view name) const {
  const auto* value = query.if_contains(name);
  return value ? std::optional(std::string(value->as_string())) : std::nullopt;
}

std::optional<std::int64_t> Call::number(std::string_view name) const {
  const auto* value = query.if_contains(name);
  return value ? std::optional(value->to_number<std::int64_t>()) : std::nullopt;
}

bool Call::yes(std::string_view name) const {
  const auto* value = query.if_contains(name);
  return value != nullptr && value->as_bool();
}

HttpAnswer json_answer(const json::value& value, int status) {
  HttpAnswer answer{.status = status, .content_type = "application/json"};
  answer.body = json::serialize(value) + "\n";
  return answer;
}

HttpAnswer success(const Call& call, std::string_view message, json::value data) {
  return json_answer(json::object{{"message", message},
                                  {"data", std::move(data)},
                                  {"timestamp", format_rfc3339(call.world.clock().wall_now())}});
}

Schema success_schema(std::string_view name, const Schema& data) {
  return ObjectSchema(name).needs("message", text()).needs("data", data).needs("timestamp", moment());
}

}  // namespace postrider

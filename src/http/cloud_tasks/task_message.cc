#include "http/cloud_tasks/task_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/base64.h"
#include "http/cloud_tasks/proto_time.h"
#include "http/cloud_tasks/task_headers.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 8> kMethods = {
    "HTTP_METHOD_UNSPECIFIED", "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"};
constexpr std::array<std::string_view, 3> kViews = {"VIEW_UNSPECIFIED", "BASIC", "FULL"};
constexpr std::string_view kType = "google.cloud.tasks.v2.";

template <std::size_t N>
EnumNames names_of(std::string_view type, const std::array<std::string_view, N>& names) {
  return {type, std::vector(names.begin(), names.end())};
}

template <std::size_t N>
json::value enum_value(const std::array<std::string_view, N>& names, int value, bool as_number) {
  if (as_number) return value;
  return json::value(names[static_cast<std::size_t>(value)]);
}

void read_request(MessageReader& from, TaskMessage& task) {
  task.has_http_request = true;
  task.url = from.text("url").value_or("");
  task.method =
      from.value_of("httpMethod", names_of("google.cloud.tasks.v2.HttpMethod", kMethods)).value_or(0);
  task.headers = from.map("headers").value_or(TaskHeaders{});
  task.body = from.bytes("body").value_or("");
  if (auto token = from.message("oidcToken", fmt::format("{}OidcToken", kType))) {
    task.oidc = HttpTaskToken{.kind = HttpTaskToken::Kind::oidc,
                              .service_account = token->text("serviceAccountEmail").value_or(""),
                              .audience = token->text("audience").value_or("")};
    token->finish();
  }
  if (from.has("oauthToken")) {
    task.unimplemented =
        "HttpRequest.oauthToken is not available here: this server holds no access tokens of Google's. Use "
        "oidcToken, or an Authorization header of your own.";
  }
  from.finish();
}

/// "INTERNAL(13): HTTP status code 502".
json::object status_json(int http_status) {
  // Nobody answered in time: what a gateway would say.
  const int shown = http_status == kNoResponse ? 504 : http_status;
  const auto code = code_of_status(shown);
  json::object out;
  if (code == RpcCode::ok) return out;
  out["code"] = static_cast<int>(code);
  out["message"] = fmt::format("{}({}): HTTP status code {}", name_of(code), static_cast<int>(code), shown);
  return out;
}

json::object attempt_json(const HttpAttempt& attempt) {
  json::object out{{"scheduleTime", to_timestamp(attempt.schedule)},
                   {"dispatchTime", to_timestamp(attempt.dispatch)}};
  if (attempt.response) out["responseTime"] = to_timestamp(*attempt.response);
  if (attempt.status != 0) out["responseStatus"] = status_json(attempt.status);
  return out;
}

json::object request_json(const HttpTask& task, View view, bool enums_as_numbers) {
  json::object out{{"url", task.url},
                   {"httpMethod", enum_value(kMethods, static_cast<int>(task.method), enums_as_numbers)}};
  json::object headers;
  for (const auto& [name, value] : task.headers) headers[name] = value;
  if (!headers.empty()) out["headers"] = std::move(headers);
  if (view == View::full && !task.body.empty()) out["body"] = to_base64(task.body);
  if (task.token.kind == HttpTaskToken::Kind::oidc) {
    json::object token{{"serviceAccountEmail", task.token.service_account}};
    if (!task.token.audience.empty()) token["audience"] = task.token.audience;
    out["oidcToken"] = std::move(token);
  }
  return out;
}

}  // namespace

View read_view(MessageReader& from) {
  const auto view =
      from.value_of("responseView", names_of("google.cloud.tasks.v2.Task.View", kViews)).value_or(0);
  return static_cast<View>(view) == View::full ? View::full : View::basic;
}

TaskMessage read_task(MessageReader& from) {
  TaskMessage task;
  task.name = from.text("name").value_or("");
  if (auto request = from.message("httpRequest", fmt::format("{}HttpRequest", kType)))
    read_request(*request, task);
  if (from.has("appEngineHttpRequest")) {
    if (task.has_http_request) from.report_second("payload_type", "appEngineHttpRequest");
    task.unimplemented = "App Engine targets are not available here: give the task an httpRequest.";
  }
  task.schedule = from.timestamp("scheduleTime");
  task.deadline = from.duration("dispatchDeadline");
  for (const auto* output :
       {"createTime", "dispatchCount", "responseCount", "firstAttempt", "lastAttempt", "view"})
    from.has(output);
  from.finish();
  return task;
}

RpcResult<HttpTask> to_task(const TaskMessage& message, const QueueName& queue, std::string_view default_url,
                            WallTime now) {
  if (!message.unimplemented.empty()) return unimplemented(message.unimplemented);
  if (!message.has_http_request) return invalid_argument("Task.payload_type is not set.");

  HttpTask task{.queue = queue};
  task.url = message.url.empty() ? std::string(default_url) : message.url;
  if (message.method != 0) task.method = static_cast<HttpMethod>(message.method);
  task.body = message.body;
  auto headers = kept_headers(message.headers);
  if (!headers) return std::unexpected(std::move(headers.error()));
  task.headers = std::move(*headers);
  if (message.deadline && *message.deadline != Micros{0})
    task.dispatch_deadline = std::chrono::floor<std::chrono::milliseconds>(*message.deadline);
  if (message.oidc) {
    if (message.oidc->service_account.empty())
      return invalid_argument("HttpRequest.oidcToken.serviceAccountEmail is required.");
    task.token = *message.oidc;
  }
  task.schedule = std::max(now, message.schedule.value_or(now));
  return task;
}

json::object to_json(const HttpTask& task, View view, bool enums_as_numbers) {
  json::object out{{"name", task.name()},
                   {"httpRequest", request_json(task, view, enums_as_numbers)},
                   {"scheduleTime", to_timestamp(task.schedule)},
                   {"createTime", to_timestamp(std::chrono::floor<std::chrono::seconds>(task.created))},
                   {"dispatchDeadline", to_duration(task.dispatch_deadline)}};
  if (task.dispatch_count != 0) out["dispatchCount"] = task.dispatch_count;
  if (task.response_count != 0) out["responseCount"] = task.response_count;
  if (task.first_dispatch)
    out["firstAttempt"] = json::object{{"dispatchTime", to_timestamp(*task.first_dispatch)}};
  if (task.last) out["lastAttempt"] = attempt_json(*task.last);
  out["view"] = enum_value(kViews, static_cast<int>(view), enums_as_numbers);
  return out;
}

}  // namespace postrider::cloud_tasks

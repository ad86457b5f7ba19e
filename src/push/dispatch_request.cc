#include "push/dispatch_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

constexpr auto kUsualDeadline = std::chrono::minutes{10};
constexpr std::size_t kMostThrownAway = 1 << 20;
constexpr int kGatewayTimeout = 504;  // what a target is told of an attempt that got no answer

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

/// What the dispatcher says itself, and what belongs to the connection and not to the request. The store
/// takes none of them; a request must not depend on that.
bool is_the_callers_to_set(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kReserved{
      "host", "content-length",    "user-agent", "connection", "keep-alive", "proxy-connection",
      "te",   "transfer-encoding", "trailer",    "upgrade",    "expect"};
  static constexpr std::array<std::string_view, 3> kPrefixes{"x-google-", "x-appengine-", "x-cloudtasks-"};
  const auto small = lower_ascii(name);
  return std::ranges::find(kReserved, small) == kReserved.end() &&
         std::ranges::none_of(kPrefixes, [&](auto prefix) { return small.starts_with(prefix); });
}

/// A control character would end the header, or begin another (RFC 9110, section 5.5).
std::string on_one_line(std::string value) {
  std::ranges::replace_if(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }, ' ');
  return value;
}

std::string in_seconds(WallTime t) {
  const auto micros = std::max<std::int64_t>(to_micros(t), 0);
  return fmt::format("{}.{:06}", micros / 1'000'000, micros % 1'000'000);
}

void add_attempt(Headers& headers, const HttpTask& task) {
  headers.emplace_back("X-CloudTasks-QueueName", task.queue.queue);
  headers.emplace_back("X-CloudTasks-TaskName", task.id);
  headers.emplace_back("X-CloudTasks-TaskRetryCount", std::to_string(std::max(task.dispatch_count - 1, 0)));
  headers.emplace_back("X-CloudTasks-TaskExecutionCount", std::to_string(task.execution_count));
  headers.emplace_back("X-CloudTasks-TaskETA", in_seconds(task.last ? task.last->schedule : task.schedule));
  if (task.dispatch_count <= 1) return;
  if (task.previous_status != 0) {
    const int status = task.previous_status == kNoResponse ? kGatewayTimeout : task.previous_status;
    headers.emplace_back("X-CloudTasks-TaskPreviousResponse", std::to_string(status));
  }
  headers.emplace_back("X-CloudTasks-TaskRetryReason", "");  // Google's service fills it for App Engine only
}

bool takes_body(HttpMethod method) {
  return method == HttpMethod::post || method == HttpMethod::put || method == HttpMethod::patch;
}

}  // namespace

WebRequest dispatch_request(const HttpTask& task, std::string_view token) {
  Headers headers{{"User-Agent", "Google-Cloud-Tasks"}};
  for (const auto& [name, value] : task.headers) {
    if (!is_header_name(name) || !is_the_callers_to_set(name)) continue;
    if (!token.empty() && equals_ignoring_case(name, "Authorization")) continue;
    headers.emplace_back(name, on_one_line(value));
  }
  add_attempt(headers, task);
  if (!token.empty()) headers.emplace_back("Authorization", fmt::format("Bearer {}", token));
  return {.method = std::string(to_text(task.method)),
          .url = task.url,
          .headers = std::move(headers),
          .body = takes_body(task.method) ? task.body : std::string(),
          .only_status = true,
          .http1 = true,
          .time = task.dispatch_deadline > Micros{0} ? task.dispatch_deadline : Micros{kUsualDeadline},
          .silence = Micros{0},
          .most_bytes = kMostThrownAway};
}

}  // namespace postrider

// What a new HTTP task may be.

#include <fmt/format.h>

#include <algorithm>

#include "queue/http_task.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestId = 500;
constexpr std::size_t kLongestUrl = 2083;
constexpr std::size_t kMostHeaderOctets = 80 * 1024;
constexpr std::chrono::seconds kShortestDeadline{15};
constexpr std::chrono::minutes kLongestDeadline{30};

std::unexpected<Error> refuse(std::string sentence) {
  return invalid("INVALID_ARGUMENT", std::move(sentence));
}

bool is_task_id(std::string_view id) {
  return id.size() <= kLongestId && std::ranges::all_of(id, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

bool begins_with(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::ranges::equal(text.substr(0, lower.size()), lower, {}, [](char c) {
           return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
         });
}

/// A character that would end the header's line, or the header where it is kept.
bool breaks_header(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos;
}

Result<void> validate_request(const HttpTask& task) {
  if (task.url.empty()) return refuse("HttpRequest.url is required.");
  if (!begins_with(task.url, "http://") && !begins_with(task.url, "https://"))
    return refuse("HttpTarget.url must start with 'http://' or 'https://'.");
  if (task.url.size() > kLongestUrl)
    return refuse(fmt::format("HttpRequest.url must have at most {} characters.", kLongestUrl));
  const bool takes_body =
      task.method == HttpMethod::post || task.method == HttpMethod::put || task.method == HttpMethod::patch;
  if (!task.body.empty() && !takes_body) {
    return refuse(fmt::format("HttpRequest.body is allowed only with POST, PUT and PATCH, not with {}.",
                              to_text(task.method)));
  }
  std::size_t octets = 0;
  for (const auto& [name, value] : task.headers) {
    octets += name.size() + value.size();
    if (name.empty() || name.find(':') != std::string::npos || breaks_header(name) || breaks_header(value))
      return refuse("HttpRequest.headers holds a header that cannot be sent.");
  }
  if (breaks_header(task.token.service_account) || breaks_header(task.token.audience))
    return refuse("The token of HttpRequest holds a character that cannot be sent.");
  if (octets >= kMostHeaderOctets) return refuse("HttpRequest.headers must be smaller than 80KB.");
  return {};
}

/// Of the zone in which Google's messages give a time: UTC-8, and UTC-7 from the second Sunday of March,
/// 2:00, to the first Sunday of November, 2:00.
std::string in_pacific_time(WallTime t) {
  using namespace std::chrono;
  const auto year = year_month_day{floor<days>(t)}.year();
  const bool summer = t >= sys_days{year / March / Sunday[2]} + hours{10} &&
                      t < sys_days{year / November / Sunday[1]} + hours{9};
  auto text = format_rfc3339(floor<seconds>(t) - hours{summer ? 7 : 8});
  text.pop_back();  // Z
  return text + (summer ? "-07:00" : "-08:00");
}

std::string in_hours(Micros d) {
  if (d % std::chrono::hours{1} != Micros{0}) return format_duration(d);
  return fmt::format("{}h", d / std::chrono::hours{1});
}

}  // namespace

Result<void> validate(const HttpTask& task, const HttpTaskLimits& limits, WallTime now) {
  if (!is_task_id(task.id)) {
    return refuse(
        fmt::format("Task ID \"{}\" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or "
                    "underscores (_). Task ID must between 1 and 500 characters.",
                    task.id));
  }
  if (auto request = validate_request(task); !request) return request;
  if (task.dispatch_deadline < kShortestDeadline || task.dispatch_deadline > kLongestDeadline)
    return refuse("Task.dispatchDeadline must be between [15s, 30m].");
  if (task.schedule > now && task.schedule - now > limits.horizon) {
    return refuse(
        fmt::format("The Task.scheduleTime, {}, is too far in the future. Schedule time must be no more than "
                    "{} in the future.",
                    in_pacific_time(task.schedule), in_hours(limits.horizon)));
  }
  if (stored_size(task) > kMostTaskSize) return refuse("Task size too large");
  return {};
}

}  // namespace postrider

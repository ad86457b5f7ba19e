#include "http/cloud_tasks/task_headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider::cloud_tasks {
namespace {

// The last four are not on Google's list. They say where a message ends and what becomes of its connection,
// which is for whoever makes the call.
constexpr std::array<std::string_view, 7> kOurs = {
    "host", "content-length", "user-agent", "connection", "transfer-encoding", "upgrade", "expect"};
constexpr std::array<std::string_view, 3> kOurFamilies = {"x-google-", "x-appengine-", "x-cloudtasks-"};

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.contains(c);
  });
}

bool is_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 127; });
}

bool is_ours(std::string_view name) {
  const auto lower = lower_ascii(name);
  return std::ranges::find(kOurs, lower) != kOurs.end() ||
         std::ranges::any_of(kOurFamilies,
                             [&](std::string_view family) { return lower.starts_with(family); });
}

}  // namespace

RpcResult<TaskHeaders> kept_headers(const TaskHeaders& given) {
  TaskHeaders kept;
  for (const auto& [name, value] : given) {
    if (!is_token(name) || !is_value(value)) {
      return invalid_argument(fmt::format(
          "HttpRequest.headers: \"{}\" is no header that can be sent. A name is letters, digits and hyphens, "
          "a value holds no control characters.",
          one_line(name, 200)));
    }
    if (is_ours(name)) continue;
    const auto same = std::ranges::find_if(
        kept, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    if (same != kept.end()) kept.erase(same);
    kept.emplace_back(name, value);
  }
  kept.emplace_back("User-Agent", "Google-Cloud-Tasks");
  return kept;
}

}  // namespace postrider::cloud_tasks

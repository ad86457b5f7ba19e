// How large a new task is by the service's own measure: its record in the wire format of protocol buffers.
// The numbers of its fields, which all take one octet with their type, stand in the v2 definition.

#include <algorithm>
#include <bit>

#include "queue/http_task.h"

namespace postrider {
namespace {

constexpr std::size_t kTag = 1;
constexpr std::string_view kAgentHeader = "user-agent";
constexpr std::string_view kAgent = "Google-Cloud-Tasks";

std::size_t varint(std::uint64_t value) {
  constexpr auto bits = 7U;
  return std::max<std::size_t>((static_cast<std::size_t>(std::bit_width(value)) + bits - 1) / bits, 1);
}

std::size_t number(std::int64_t value) {
  return value == 0 ? 0 : kTag + varint(static_cast<std::uint64_t>(value));
}

std::size_t always(std::size_t octets) {
  return kTag + varint(octets) + octets;
}

std::size_t text(std::string_view value) {
  return value.empty() ? 0 : always(value.size());
}

/// Timestamp and Duration: seconds, and what is left in nanoseconds.
std::size_t time(Micros value) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(value);
  return always(number(whole.count()) + number(std::chrono::nanoseconds{value - whole}.count()));
}

std::size_t entry(std::string_view name, std::string_view value) {
  return always(always(name.size()) + always(value.size()));
}

bool is_agent(std::string_view name) {
  return std::ranges::equal(name, kAgentHeader, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

std::size_t request(const HttpTask& task) {
  std::size_t octets =
      text(task.url) + number(static_cast<int>(task.method)) + text(task.body) + entry(kAgentHeader, kAgent);
  for (const auto& [name, value] : task.headers) {
    if (!is_agent(name)) octets += entry(name, value);
  }
  if (task.token.kind != HttpTaskToken::Kind::none)
    octets += always(text(task.token.service_account) + text(task.token.audience));
  return octets;
}

}  // namespace

std::size_t stored_size(const HttpTask& task) {
  constexpr std::string_view between = "projects//locations//queues//tasks/";
  constexpr std::size_t longest_number = 20;  // the id of a task that has no name yet
  const auto& queue = task.queue;
  const auto name = between.size() + queue.project.size() + queue.location.size() + queue.queue.size() +
                    (task.id.empty() ? longest_number : task.id.size());
  const auto created = std::chrono::floor<std::chrono::seconds>(task.created);
  return always(name) + always(request(task)) + time(task.schedule.time_since_epoch()) +
         time(created.time_since_epoch()) + time(task.dispatch_deadline);
}

}  // namespace postrider

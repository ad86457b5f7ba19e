#include "http/cloud_tasks/queue_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "base/text.h"
#include "http/cloud_tasks/proto_time.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kStates = {"STATE_UNSPECIFIED", "RUNNING", "PAUSED", "DISABLED"};
constexpr std::string_view kType = "google.cloud.tasks.v2.";

template <class T>
T given_or(const std::optional<T>& given, T standard) {
  return given && *given != T{} ? *given : standard;
}

struct Field {
  std::string_view path;
  void (*set)(const QueueMessage& message, const HttpQueue& defaults, HttpQueue& queue);
};

/// What a caller may set. A duration of zero is one; a count or rate of zero asks for the default.
constexpr std::array<Field, 8> kFields = {
    {{"rateLimits.maxDispatchesPerSecond",
      [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.max_dispatches_per_second = given_or(m.max_dispatches_per_second, d.max_dispatches_per_second);
      }},
     {"rateLimits.maxConcurrentDispatches",
      [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.max_concurrent_dispatches = given_or(m.max_concurrent_dispatches, d.max_concurrent_dispatches);
      }},
     {"retryConfig.maxAttempts",
      [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.max_attempts = given_or(m.max_attempts, d.max_attempts);
      }},
     {"retryConfig.maxRetryDuration",
      [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.max_retry_duration = m.max_retry_duration.value_or(d.max_retry_duration);
      }},
     {"retryConfig.minBackoff", [](const QueueMessage& m, const HttpQueue& d,
                                   HttpQueue& q) { q.min_backoff = m.min_backoff.value_or(d.min_backoff); }},
     {"retryConfig.maxBackoff", [](const QueueMessage& m, const HttpQueue& d,
                                   HttpQueue& q) { q.max_backoff = m.max_backoff.value_or(d.max_backoff); }},
     {"retryConfig.maxDoublings",
      [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.max_doublings = given_or(m.max_doublings, d.max_doublings);
      }},
     {"stackdriverLoggingConfig.samplingRatio", [](const QueueMessage& m, const HttpQueue& d, HttpQueue& q) {
        q.log_sampling_ratio = m.sampling_ratio.value_or(d.log_sampling_ratio);
      }}}};

/// Fields that are there and that no update changes, with all beneath those that end in a dot.
constexpr std::array<std::string_view, 9> kUnchanging = {"name",
                                                         "state",
                                                         "purgeTime",
                                                         "rateLimits.maxBurstSize",
                                                         "appEngineRoutingOverride",
                                                         "appEngineRoutingOverride.",
                                                         "httpTarget",
                                                         "httpTarget.",
                                                         "*"};

std::string_view parent_of(std::string_view path) {
  return path.substr(0, std::min(path.size(), path.find('.')));
}

bool is_field(std::string_view path) {
  const auto is = [&](const Field& field) { return field.path == path || parent_of(field.path) == path; };
  const auto holds = [&](std::string_view known) {
    return known == path || (known.ends_with('.') && path.starts_with(known));
  };
  return std::ranges::any_of(kFields, is) || std::ranges::any_of(kUnchanging, holds);
}

json::value number_value(double number) {
  if (std::trunc(number) == number && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

}  // namespace

QueueMessage read_queue(MessageReader& from) {
  QueueMessage queue;
  queue.name = from.text("name").value_or("");
  if (auto rates = from.message("rateLimits", fmt::format("{}RateLimits", kType))) {
    queue.max_dispatches_per_second = rates->number("maxDispatchesPerSecond");
    queue.max_concurrent_dispatches = rates->int32("maxConcurrentDispatches");
    rates->int32("maxBurstSize");
    rates->finish();
  }
  if (auto retry = from.message("retryConfig", fmt::format("{}RetryConfig", kType))) {
    queue.max_attempts = retry->int32("maxAttempts");
    queue.max_retry_duration = retry->duration("maxRetryDuration");
    queue.min_backoff = retry->duration("minBackoff");
    queue.max_backoff = retry->duration("maxBackoff");
    queue.max_doublings = retry->int32("maxDoublings");
    retry->finish();
  }
  if (auto logging =
          from.message("stackdriverLoggingConfig", fmt::format("{}StackdriverLoggingConfig", kType))) {
    queue.sampling_ratio = logging->number("samplingRatio");
    logging->finish();
  }
  from.value_of("state", {"google.cloud.tasks.v2.Queue.State", std::vector(kStates.begin(), kStates.end())});
  from.timestamp("purgeTime");
  if (from.has("appEngineRoutingOverride"))
    queue.unimplemented = "App Engine targets are not available here: give each task an httpRequest.";
  if (from.has("httpTarget"))
    queue.unimplemented = "Queue.httpTarget is not available here: give each task an httpRequest of its own.";
  from.finish();
  return queue;
}

RpcResult<FieldMask> read_mask(std::string_view text) {
  FieldMask mask;
  for (const auto piece : split(text, ',')) {
    const auto path = camel_case(trim(piece));
    if (path.empty()) continue;
    if (!is_field(path)) {
      return invalid_argument(fmt::format("Invalid FieldMask '{}': '{}' is no field of a Queue.",
                                          one_line(text, 200), one_line(trim(piece), 200)));
    }
    mask.insert(path);
  }
  return mask;
}

void merge(const QueueMessage& message, const FieldMask& mask, const HttpQueue& defaults, HttpQueue& queue) {
  const bool all = mask.empty() || mask.contains("*");
  for (const auto& field : kFields) {
    if (all || mask.contains(field.path) || mask.contains(parent_of(field.path)))
      field.set(message, defaults, queue);
  }
  // Whoever names this field and says 0 means it.
  if (mask.contains("retryConfig.maxDoublings") && message.max_doublings)
    queue.max_doublings = *message.max_doublings;
}

json::object to_json(const HttpQueue& queue, bool enums_as_numbers) {
  json::object rates, retry;
  if (queue.max_dispatches_per_second != 0) {
    rates["maxDispatchesPerSecond"] = number_value(queue.max_dispatches_per_second);
    rates["maxBurstSize"] = queue.max_burst_size();
  }
  if (queue.max_concurrent_dispatches != 0)
    rates["maxConcurrentDispatches"] = queue.max_concurrent_dispatches;
  if (queue.max_attempts != 0) retry["maxAttempts"] = queue.max_attempts;
  if (queue.max_retry_duration != Micros{0})
    retry["maxRetryDuration"] = to_duration(queue.max_retry_duration);
  retry["minBackoff"] = to_duration(queue.min_backoff);
  retry["maxBackoff"] = to_duration(queue.max_backoff);
  if (queue.max_doublings != 0) retry["maxDoublings"] = queue.max_doublings;

  const auto state = static_cast<int>(queue.state);
  json::object out{{"name", queue.name.text()}, {"rateLimits", rates}, {"retryConfig", retry}};
  out["state"] =
      enums_as_numbers ? json::value(state) : json::value(kStates[static_cast<std::size_t>(state)]);
  if (queue.purged_at) out["purgeTime"] = to_timestamp(*queue.purged_at);
  if (queue.log_sampling_ratio != 0)
    out["stackdriverLoggingConfig"] = json::object{{"samplingRatio", number_value(queue.log_sampling_ratio)}};
  return out;
}

}  // namespace postrider::cloud_tasks

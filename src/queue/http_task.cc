#include "queue/http_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace postrider {
namespace {

constexpr int kMostConcurrentDispatches = 5000;
constexpr std::size_t kLongestQueueId = 100;

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_made_of(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_letter_or_digit(c) || also.find(c) != std::string_view::npos;
  });
}

bool is_well_formed(const QueueName& name) {
  return is_made_of(name.project, ":.-") && is_made_of(name.location, "-") && is_made_of(name.queue, "-") &&
         name.queue.size() <= kLongestQueueId;
}

/// What stands in `text` behind `word` up to the next slash, which both are taken from it.
std::string_view take_part(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return {};
  text.remove_prefix(word.size());
  const auto part = text.substr(0, text.find('/'));
  text.remove_prefix(part.size());
  return part;
}

}  // namespace

std::string QueueName::text() const {
  return fmt::format("projects/{}/locations/{}/queues/{}", project, location, queue);
}

std::string QueueName::parent() const {
  return fmt::format("projects/{}/locations/{}", project, location);
}

std::optional<QueueName> parse_queue_name(std::string_view text) {
  QueueName name;
  name.project = take_part(text, "projects/");
  name.location = take_part(text, "/locations/");
  name.queue = take_part(text, "/queues/");
  if (!text.empty() || !is_well_formed(name)) return std::nullopt;
  return name;
}

std::string_view to_text(HttpMethod method) {
  constexpr std::array<std::string_view, 8> names{"",    "POST",   "GET",   "HEAD",
                                                  "PUT", "DELETE", "PATCH", "OPTIONS"};
  return names[static_cast<std::size_t>(method)];
}

int HttpQueue::max_burst_size() const {
  constexpr double least = 10;
  constexpr double share = 5;
  return static_cast<int>(std::max(least, std::ceil(max_dispatches_per_second / share)));
}

Result<void> validate(const HttpQueue& queue, double most_per_second) {
  const auto refuse = [](std::string sentence) { return invalid("INVALID_ARGUMENT", std::move(sentence)); };
  if (!is_well_formed(queue.name)) {
    return refuse(
        "Queue name must be formatted: "
        "\"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>\".");
  }
  const double rate = queue.max_dispatches_per_second;
  if (std::isnan(rate) || rate < 0) return refuse("RateLimits.maxDispatchesPerSecond cannot be negative.");
  if (rate > most_per_second) {
    return refuse(
        fmt::format("RateLimits.maxDispatchesPerSecond must be less than or equal to {}.", most_per_second));
  }
  if (queue.max_concurrent_dispatches < 0)
    return refuse("RateLimits.maxConcurrentDispatches cannot be negative.");
  if (queue.max_concurrent_dispatches > kMostConcurrentDispatches) {
    return refuse(fmt::format("RateLimits.maxConcurrentDispatches must be less than or equal to {}.",
                              kMostConcurrentDispatches));
  }
  if (queue.max_attempts < -1) return refuse("RetryConfig.maxAttempts must be greater or equal to -1.");
  if (queue.max_doublings < 0) return refuse("RetryConfig.maxDoublings cannot be negative.");
  if (queue.min_backoff < Micros{0}) return refuse("RetryConfig.minBackoff cannot be negative.");
  if (queue.min_backoff > queue.max_backoff)
    return refuse("RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.");
  // What Google says of these two is not known.
  if (queue.max_retry_duration < Micros{0}) return refuse("RetryConfig.maxRetryDuration cannot be negative.");
  if (!(queue.log_sampling_ratio >= 0 && queue.log_sampling_ratio <= 1))
    return refuse("StackdriverLoggingConfig.samplingRatio must be between 0.0 and 1.0.");
  return {};
}

HttpQueue with_defaults(HttpQueue queue) {
  const HttpQueue defaults;
  if (queue.max_dispatches_per_second == 0)
    queue.max_dispatches_per_second = defaults.max_dispatches_per_second;
  if (queue.max_concurrent_dispatches == 0)
    queue.max_concurrent_dispatches = defaults.max_concurrent_dispatches;
  if (queue.max_attempts == 0) queue.max_attempts = defaults.max_attempts;
  queue.max_retry_duration = std::chrono::floor<std::chrono::seconds>(queue.max_retry_duration);
  return queue;
}

}  // namespace postrider

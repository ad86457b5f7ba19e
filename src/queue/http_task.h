#pragma once
// Queues and HTTP tasks as Cloud Tasks v2 has them (cloud.google.com/tasks/docs/reference/rest/v2): what a
// caller gives, what became of it, and the rules that judge both. Campaign emails are not HTTP tasks; their
// queues are judged by queue_settings.h. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// "projects/P/locations/L/queues/Q" in its parts.
struct QueueName {
  std::string project, location, queue;
  std::string text() const;
  std::string parent() const;  ///< "projects/P/locations/L"
  bool operator==(const QueueName&) const = default;
};
/// Nothing where it is no such name.
std::optional<QueueName> parse_queue_name(std::string_view text);

enum class HttpQueueState { running = 1, paused = 2, disabled = 3 };

struct HttpQueue {
  QueueName name;
  HttpQueueState state = HttpQueueState::running;
  double max_dispatches_per_second = 500;
  int max_concurrent_dispatches = 1000;
  int max_attempts = 100;        ///< the first counts; -1: no limit
  Micros max_retry_duration{0};  ///< from the first attempt; 0: no limit
  Micros min_backoff = std::chrono::milliseconds{100};
  Micros max_backoff = std::chrono::hours{1};
  int max_doublings = 16;
  double log_sampling_ratio = 0;  ///< kept and shown, nothing more
  std::optional<WallTime> purged_at;
  double throttle = 1;  ///< 1/64 to 1: how much of its rate it uses since targets said 429 or 503

  /// max(10, rate / 5), rounded up: what real queues show; the rule itself is not documented.
  int max_burst_size() const;
  double effective_rate() const { return max_dispatches_per_second * throttle; }
};

/// Google's bound of a queue's rate.
inline constexpr double kMostDispatchesPerSecond = 500;

/// What Google's service says of a name or settings out of bounds, to the letter; error kind `invalid`.
Result<void> validate(const HttpQueue& queue, double most_per_second = kMostDispatchesPerSecond);
/// Rate, concurrency and attempts of 0 mean their defaults; the retry duration counts whole seconds.
HttpQueue with_defaults(HttpQueue queue);

enum class HttpMethod { post = 1, get = 2, head = 3, put = 4, del = 5, patch = 6, options = 7 };
std::string_view to_text(HttpMethod method);  ///< "POST"

/// A token that the target gets in its Authorization header.
struct HttpTaskToken {
  enum class Kind { none = 0, oidc = 1, oauth = 2 };
  Kind kind = Kind::none;
  std::string service_account;
  std::string audience;  ///< of oidc (empty: the URL), or the scope of oauth
};

/// One dispatch. `response` is there once it ended; a dispatch that got no answer has none, and a status.
struct HttpAttempt {
  WallTime schedule{}, dispatch{};
  std::optional<WallTime> response;
  int status = 0;  ///< HTTP status; 0: none yet; kNoResponse
};
/// In place of a status: the deadline passed, the connection broke or nobody answered.
inline constexpr int kNoResponse = -1;

struct HttpTask {
  QueueName queue;
  std::string id;       ///< the last part of its name
  bool named = false;   ///< by its caller: the name stays taken for a while after its end
  WallTime schedule{};  ///< of the next attempt
  WallTime created{};
  Micros dispatch_deadline = std::chrono::minutes{10};
  HttpMethod method = HttpMethod::post;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< spelled as given
  std::string body;
  HttpTaskToken token;

  int dispatch_count = 0, response_count = 0;
  int execution_count = 0;  ///< responses but 5xx: what X-CloudTasks-TaskExecutionCount says
  std::optional<WallTime> first_dispatch;
  std::optional<HttpAttempt> last;
  int previous_status = 0;  ///< where `last` is under way: of the attempt before it; 0: there was none

  std::string name() const { return queue.text() + "/tasks/" + id; }
};

/// What is kept for how long, and how much is too much.
struct HttpTaskLimits {
  Micros horizon =
      std::chrono::hours{24 * 366 * 10};  ///< how far ahead a task may be scheduled; Google: 720 h
  Micros retention = std::chrono::hours{24 * 366 * 10};  ///< from its creation; Google: 31 days
  Micros name_window = std::chrono::hours{24};           ///< how long a name stays taken after its end
  Micros queue_name_window = std::chrono::hours{0};      ///< likewise of a deleted queue; Google: 3 days
  double most_dispatches_per_second = kMostDispatchesPerSecond;  ///< that a queue may be set to
};

/// What Google's service says of a new task that it does not take, in its words where they are known: id,
/// URL, body, headers, deadline, horizon and size. Error kind `invalid`.
Result<void> validate(const HttpTask& task, const HttpTaskLimits& limits, WallTime now);

/// How many octets the service's own record of a new task has (message Task of google.cloud.tasks.v2 with
/// name, times, defaults and the User-Agent header that every task has); it takes kMostTaskSize.
std::size_t stored_size(const HttpTask& task);
inline constexpr std::size_t kMostTaskSize = 1'048'569;

/// What came of a dispatch.
struct HttpOutcome {
  int status = kNoResponse;
  std::optional<Micros> retry_after;  ///< as the target asked
  bool succeeded() const { return status >= 200 && status <= 299; }
};

/// When a task that failed is tried again; nothing: never, its attempts are used up. Backoff doubles from
/// min_backoff max_doublings times, then grows by the same step, up to max_backoff, and counts from the
/// failure; a longer Retry-After (an hour at most) goes before it. A task is given up once *both*
/// max_attempts and max_retry_duration are reached, where both are limited; `task` has this attempt in its
/// counts.
std::optional<WallTime> next_attempt(const HttpTask& task, const HttpQueue& queue, const HttpOutcome& outcome,
                                     WallTime failed);
/// The backoff after the n-th attempt, from 1.
Micros backoff_after(const HttpQueue& queue, int attempt);

}  // namespace postrider

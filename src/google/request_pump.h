#pragma once
// RequestPump: many requests to one of Google's REST APIs at once. It keeps a number of them under way, and
// asks again with exponential backoff and full jitter what may pass by itself: 408, 429, 500, 502, 503, 504,
// ABORTED, an answer that did not come. Whatever it is given is therefore asked once or several times, and an
// answer that was lost may have been to a request that was carried out. A request that waits for its next try
// keeps its place, so trouble makes the pump slower, never busier. A token that is refused although it should
// be valid is replaced once a request. Blocking, thread safe; not on the web client's thread.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "google/google_api.h"

namespace postrider {

struct PumpOptions {
  int in_flight = 100;  ///< at most, of one run
  /// The pause before the n-th repetition is anything between nothing and first_pause · 2^(n-1), at most
  /// longest_pause, and comes on top of the time that a Retry-After asks for.
  Micros first_pause = std::chrono::milliseconds{200};
  Micros longest_pause = std::chrono::seconds{20};
  Micros one_try = std::chrono::seconds{15};  ///< then an answer counts as lost
  /// Of tests: turns their clock to a moment, or to the next answer, instead of waiting for it.
  std::function<void(BootTime)> wait = nullptr;
};

/// What is to be asked. Both functions are called on the thread of run() only.
struct PumpWork {
  std::size_t count = 0;
  std::function<WebRequest(std::size_t)> request;  ///< without credentials; its `time` is the pump's
  std::function<std::string(std::size_t)> name;    ///< what its jitter is made from
  /// Whether this answer would be the one to all requests that were not begun: they get it, unasked.
  std::function<bool(const WebAnswer&)> is_for_all = [](const WebAnswer&) { return false; };
};

class RequestPump {
 public:
  /// All outlive it. `quota_project`: of x-goog-user-project; empty: none.
  RequestPump(WebClient& web, TokenSource& tokens, const Clock& clock, PumpOptions options,
              std::string quota_project)
      : web_(web),
        tokens_(tokens),
        clock_(clock),
        options_(std::move(options)),
        quota_project_(std::move(quota_project)) {}

  /// The last answer to each, of any status, or why there was none: the token's and the network's errors, or
  /// `timed_out`. Returns when `time` is over, or before if nothing more can come of it.
  std::vector<Result<WebAnswer>> run(const PumpWork& work, Micros time);

 private:
  WebClient& web_;
  TokenSource& tokens_;
  const Clock& clock_;
  const PumpOptions options_;
  const std::string quota_project_;
};

/// Between nothing and first_pause · 2^(repetition - 1); repetition from 1.
Micros jittered_pause(const PumpOptions& options, std::string_view name, int repetition);

}  // namespace postrider

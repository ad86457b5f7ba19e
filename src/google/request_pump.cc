#include "google/request_pump.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>

#include "base/check.h"
#include "base/hash.h"
#include "web/retry_after.h"

namespace postrider {
namespace {

/// An answer that came in.
struct Landed {
  std::size_t index = 0;
  std::string token;  ///< that it was asked with
  Result<WebAnswer> answer;
};

/// Where answers come in from the web client's thread. It outlives the run: what comes later changes nothing.
class Landing {
 public:
  void put(Landed landed) {
    const std::lock_guard lock(mutex_);
    landed_.push_back(std::move(landed));
    rung_.notify_one();
  }
  std::vector<Landed> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(landed_, {});
  }
  bool is_empty() {
    const std::lock_guard lock(mutex_);
    return landed_.empty();
  }
  void wait(Micros time) {
    std::unique_lock lock(mutex_);
    rung_.wait_for(lock, time, [this] { return !landed_.empty(); });
  }
  /// Runs `start` unless the run is over, and keeps it from ending meanwhile.
  template <class Start>
  void unless_over(Start start) {
    const std::lock_guard lock(over_mutex_);
    if (!over_) start();
  }
  void end() {
    const std::lock_guard lock(over_mutex_);
    over_ = true;
  }

 private:
  std::mutex mutex_, over_mutex_;
  std::condition_variable rung_;
  std::vector<Landed> landed_;
  bool over_ = false;
};

bool passes(const Result<WebAnswer>& answer) {
  if (!answer) {
    const auto& error = answer.error();
    return error.kind == Error::Kind::unavailable && error.code != "client_closed" &&
           error.code != "answer_too_large" && error.code != "tls_failed";
  }
  switch (answer->status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 409:
      return read_google_error(*answer).status == "ABORTED";
    default:
      return false;
  }
}

/// One run.
class Run {
 public:
  Run(WebClient& web, TokenSource& tokens, const Clock& clock, const PumpOptions& options,
      const std::string& quota_project, const PumpWork& work, Micros time)
      : web_(web),
        tokens_(tokens),
        clock_(clock),
        options_(options),
        quota_project_(quota_project),
        work_(work),
        deadline_(clock.boot_now() + time),
        tries_(work.count) {}
  ~Run() { landing_->end(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  std::vector<Result<WebAnswer>> answers() {
    for (auto now = clock_.boot_now(); now < deadline_; now = clock_.boot_now()) {
      for (auto& landed : landing_->take()) judge(std::move(landed));
      begin_what_is_due(now);
      if (!landing_->is_empty()) continue;
      if (under_way_ == 0 && waiting_.empty()) break;
      wait(waiting_.empty() ? deadline_ : std::min(deadline_, waiting_.top().due));
    }
    for (auto& landed : landing_->take()) judge(std::move(landed));
    std::vector<Result<WebAnswer>> answers;
    answers.reserve(tries_.size());
    for (auto& one : tries_) answers.push_back(one.last ? std::move(*one.last) : trouble_);
    return answers;
  }

 private:
  struct Try {
    int begun = 0;
    bool refused = false;  ///< its token was, once
    std::optional<Result<WebAnswer>> last;
  };
  struct Waiting {
    BootTime due;
    std::size_t index = 0;
    bool operator<(const Waiting& other) const { return due > other.due; }  // the earliest on top
  };

  void begin_what_is_due(BootTime now) {
    while (!waiting_.empty() && waiting_.top().due <= now) {
      const auto index = waiting_.top().index;
      waiting_.pop();
      begin(index, now);
    }
    while (next_ < work_.count && places_taken_ < std::max(1, options_.in_flight)) {
      ++places_taken_;
      begin(next_++, now);
    }
  }

  void begin(std::size_t index, BootTime now) {
    ++tries_[index].begun;
    ++under_way_;
    auto request = work_.request(index);
    request.time = std::min(options_.one_try, deadline_ - now);
    request.silence = std::max<Micros>(request.time, std::chrono::seconds{1});
    request.headers.emplace_back("Accept", "application/json");
    if (!quota_project_.empty()) request.headers.emplace_back("x-goog-user-project", quota_project_);
    tokens_.token([landing = landing_, &web = web_, index,
                   request = std::move(request)](Result<std::string> token) mutable {
      if (!token) return landing->put({index, {}, std::unexpected(token.error())});
      request.headers.emplace_back("Authorization", "Bearer " + *token);
      landing->unless_over([&] {
        web.start(std::move(request), [landing, index, token = *token](Result<WebAnswer> answer) {
          landing->put({index, token, std::move(answer)});
        });
      });
    });
  }

  void judge(Landed landed) {
    auto& one = tries_[landed.index];
    --under_way_;
    if (landed.answer && landed.answer->status == 401 && !one.refused) {
      one.refused = true;
      tokens_.forget(landed.token);
      one.last = std::move(landed.answer);
      return again(landed.index, Micros{0});
    }
    const bool may_pass = passes(landed.answer);
    const auto asked = landed.answer
                           ? read_retry_after(landed.answer->header("retry-after"), clock_.wall_now())
                           : std::nullopt;
    one.last = std::move(landed.answer);
    if (may_pass) {
      trouble_ = *one.last;
      const auto pause =
          asked.value_or(Micros{0}) + jittered_pause(options_, work_.name(landed.index), one.begun);
      // Its place stays taken even if there is no time for another try: nobody else would fare better.
      if (clock_.boot_now() + pause < deadline_) again(landed.index, pause);
      return;
    }
    --places_taken_;
    if (is_for_all(*one.last)) {
      for (; next_ < work_.count; ++next_) tries_[next_].last = one.last;
    }
  }

  void again(std::size_t index, Micros pause) { waiting_.push({clock_.boot_now() + pause, index}); }

  bool is_for_all(const Result<WebAnswer>& answer) const {
    return answer ? answer->status == 401 || work_.is_for_all(*answer)
                  : answer.error().kind == Error::Kind::invalid;  // there is no token, or no such server
  }

  void wait(BootTime until) {
    if (options_.wait) return options_.wait(until);
    landing_->wait(std::max(Micros{0}, until - clock_.boot_now()));
  }

  WebClient& web_;
  TokenSource& tokens_;
  const Clock& clock_;
  const PumpOptions& options_;
  const std::string& quota_project_;
  const PumpWork& work_;
  const BootTime deadline_;
  const std::shared_ptr<Landing> landing_ = std::make_shared<Landing>();
  std::vector<Try> tries_;
  std::priority_queue<Waiting> waiting_;
  std::size_t next_ = 0;  ///< the first that was not begun
  int places_taken_ = 0, under_way_ = 0;
  /// The answer to those that never had one: what kept the others.
  Result<WebAnswer> trouble_ = unavailable("timed_out", "The time was over before there was an answer.");
};

}  // namespace

std::vector<Result<WebAnswer>> RequestPump::run(const PumpWork& work, Micros time) {
  return Run(web_, tokens_, clock_, options_, quota_project_, work, time).answers();
}

Micros jittered_pause(const PumpOptions& options, std::string_view name, int repetition) {
  CHECK(repetition >= 1);
  std::uint64_t seed = static_cast<std::uint64_t>(repetition);
  for (const char c : name) seed = mix(seed, static_cast<unsigned char>(c));
  auto most = std::min(options.first_pause, options.longest_pause);
  for (int n = 1; n < repetition && most < options.longest_pause; ++n)
    most = std::min(most * 2, options.longest_pause);
  return Micros{pick(seed, 0, most.count())};
}

}  // namespace postrider

#pragma once
// HttpCrew: calls the targets of due HTTP tasks. One thread: it claims as many as it has places for, hands
// them to the target, gathers what comes back, and records that with the next claim in one transaction. It
// knows queues and attempts, and nothing of how a target is called.
//
// A task that the store gives out a moment before it is due is held until then. When the store cannot write
// (disk full), records are kept and tried again, and nothing new is claimed. When it says `lost`, the process
// must end: see on_lost. A target's answer may come on any thread, and after the crew's own end.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "queue/http_target.h"
#include "store/http_task_store.h"

namespace postrider {

class HttpCrew {
 public:
  /// All outlive it. At most `places` attempts are under way at once, fewer where their bodies are large,
  /// beside those that call() begins.
  HttpCrew(HttpTaskStore& store, HttpTarget& target, const Clock& clock, Log& log, int places = 1000);
  ~HttpCrew();

  /// Called on the crew's thread when the database is no longer to be trusted. Set before start().
  void on_lost(std::function<void(std::string)> lost) { lost_ = std::move(lost); }

  void start();
  /// Claims no more, waits up to `patience` for attempts under way; what ends later is repeated after the
  /// next start. False: some were still under way, or could not be recorded.
  bool stop(std::chrono::milliseconds patience);
  /// Work may be due. Any thread.
  void ring();
  /// Makes this attempt, which the store has given out already (HttpTaskStore::force_run). Any thread.
  void call(ClaimedHttpTask task);

 private:
  struct Board;    // what targets' answers and the crew's thread share
  struct Attempt;  // one answer
  struct Held {
    BootTime at{};
    ClaimedHttpTask task;
  };

  void run();
  bool is_ready() const;
  Micros sleep_length() const;
  bool step(std::vector<HttpRecord>& records, int places);
  void begin(const ClaimedHttpTask& task);
  void begin_held();
  void tell_fault(const std::string& why);

  HttpTaskStore& store_;
  HttpTarget& target_;
  const Clock& clock_;
  Log& log_;
  const int places_;
  std::function<void(std::string)> lost_;
  const std::shared_ptr<Board> board_;
  // The crew's thread only:
  std::optional<WallTime> wake_ = WallTime{};  // at once, the first time
  std::vector<Held> held_;                     // the next one last
  std::size_t last_group_ = 0;                 // records in the last transaction
  bool in_trouble_ = false;
  std::thread thread_;
};

}  // namespace postrider

#pragma once
// CatchLog: what the catcher accepted, on disk. `messages` holds the raw bytes end to end,
// `log.jsonl` one line of JSON each that says where. Both are synced, in this order, before a
// message counts as accepted, so the log never names bytes that are not there: it is the witness
// against which the kill stories compare the database. Concurrent sessions share their syncs.
//
// One process writes a directory; any number may list and read it meanwhile. A last line that a
// crash tore is skipped by readers and cut off by the next writer.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

struct CaughtEmail {
  std::int64_t n = 0;  ///< 1, 2, 3 …
  WallTime at{};
  std::string from;
  std::vector<std::string> to;
  std::string message_id;
  std::string subject;  ///< as sent, not decoded
  std::int64_t size = 0;
  std::int64_t offset = 0;  ///< in `messages`
  std::int64_t session = 0;
};

/// Everything in the log, oldest first. A directory without a log is empty, not an error.
Result<std::vector<CaughtEmail>> list_caught(const std::string& directory);
/// The raw bytes of message `n`.
Result<std::string> read_caught(const std::string& directory, std::int64_t n);

class CatchLog {
 public:
  /// Makes the directory (0700) where needed. Throws Fault when it cannot be written, or when
  /// another process writes it.
  CatchLog(const std::string& directory, bool sync);
  ~CatchLog();  ///< writes what is left
  CatchLog(const CatchLog&) = delete;

  /// `n`, `message_id`, `subject`, `size` and `offset` are filled in here. `done(n)` is called on
  /// the log's own thread once both are on disk; n is 0 when they could not be written. Thread safe.
  void append(CaughtEmail email, std::string message, std::function<void(std::int64_t)> done);

 private:
  struct Entry {
    CaughtEmail email;
    std::string message;
    std::function<void(std::int64_t)> done;
  };
  void run();
  bool write(std::vector<Entry>& batch);

  const bool sync_;
  int messages_ = -1;  ///< file descriptors
  int log_ = -1;
  std::int64_t messages_size_ = 0;
  std::int64_t log_size_ = 0;
  std::int64_t last_n_ = 0;

  std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Entry> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postrider

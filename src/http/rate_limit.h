#pragma once
// RateLimit: how many requests each caller may make in a minute (API_RATE_LIMIT). A caller's minute begins
// with its first request. Kept in memory and bounded: beyond kMostCallers at a time, those who are new share
// one minute. Thread safe.

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace postrider {

class RateLimit {
 public:
  static constexpr std::size_t kMostCallers = 10'000;

  struct Standing {
    bool allowed = true;
    int left = 0;        ///< requests in this minute
    int seconds_to = 0;  ///< the next minute, 1 to 60
  };

  /// Counts one request of `caller`, of whom `most` a minute are taken.
  Standing count(const std::string& caller, int most, BootTime now);

 private:
  struct Minute {
    BootTime ends{};
    int used = 0;
  };

  std::mutex mutex_;
  BootTime swept_{};  ///< when minutes that are over were last taken out
  std::unordered_map<std::string, Minute> minutes_;
};

}  // namespace postrider

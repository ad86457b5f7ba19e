#pragma once
// DomainPace: recipients' domains that ask for less ("try again later", greylisting, "too much mail"), and
// how far apart their emails leave for a while. Only what has just been refused is slowed: emails to other
// domains go on, and no mailbox pauses for it. In memory only: forgotten at the end of the process, which
// costs one more "later". On the loop only; pure.

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.h"

namespace postrider {

class DomainPace {
 public:
  static constexpr Micros first_gap = std::chrono::seconds{1};
  static constexpr Micros longest_gap = std::chrono::minutes{5};
  static constexpr Micros farthest = std::chrono::hours{1};
  static constexpr std::size_t most_domains = 10'000;

  /// When an email that is due may go to `domain`; nothing: now. Each that is told to wait has a moment of
  /// its own, `gap` after the one before, an hour ahead at most, and is not told so again when it comes then.
  std::optional<WallTime> wait_until(const std::string& domain, WallTime due, WallTime now);

  /// The domain asked for less: twice the gap.
  void slow_down(const std::string& domain, WallTime now);
  /// It took one: half the gap, and below a second none at all.
  void accepted(const std::string& domain);

 private:
  struct Slowed {
    Micros gap;
    WallTime since;  ///< it last asked for less; who is due later than that has waited already
    WallTime last;   ///< the last moment given away
  };
  std::unordered_map<std::string, Slowed> domains_;
};

}  // namespace postrider

#pragma once
// Grouping: how many of the words that wait go to the disk together. All of them, as a rule; but where all
// sessions come back together, wait for one transaction together and leave together, the mail server rests
// while we write and we rest while it works. Half of them first, and from then on the two halves take turns:
// one is on its way to the disk while the other is at the mail server. Pure.

#include <cstddef>

#include "base/time.h"

namespace postrider {

struct WaitingWords {
  std::size_t words = 0;
  std::size_t emails = 0;  ///< claimed and not done: each waits for one word here, or is elsewhere
  Micros idle{};  ///< from the end of the last transaction until the first word came; negative: it waited for
                  ///< that end
  Micros last_took{};  ///< what the last transaction took
};

/// How many go first: a prefix, for a session's outcome and the intent behind it stand side by side and in
/// this order. Halves pay only where a second transaction costs less time than is idled away: not on a slow
/// disk, not with few sessions.
std::size_t words_to_take(const WaitingWords& waiting);

}  // namespace postrider

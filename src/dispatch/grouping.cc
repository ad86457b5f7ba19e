#include "dispatch/grouping.h"

namespace postrider {
namespace {

constexpr std::size_t kFewestToHalve = 4;  // two sessions, each with an outcome and an intent

}  // namespace

std::size_t words_to_take(const WaitingWords& waiting) {
  const bool all_are_here = waiting.words == waiting.emails;
  const bool pays = waiting.idle > waiting.last_took;
  if (!all_are_here || !pays || waiting.words < kFewestToHalve) return waiting.words;
  const std::size_t sessions = (waiting.words + 1) / 2;
  return (sessions + 1) / 2 * 2;
}

}  // namespace postrider

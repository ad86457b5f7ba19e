#pragma once
// Throttle: how far a queue holds back since its targets said that they have too much (429, 503). It halves,
// down to 1/64, and recovers by half of itself for every 30 seconds without such an answer. Pure: the store
// keeps the two values in the queue's row.

#include "base/time.h"

namespace postrider {

struct Throttle {
  double factor = 1;  ///< of the queue's rate, as it was at `moved`
  WallTime moved{};   ///< when a target last asked for less

  double at(WallTime now) const;
  /// A target asks for less, in answer to an attempt that began at `dispatched`. What was under way when
  /// the queue slowed down says nothing about the pace since: it counts once, however many there are.
  void slow_down(WallTime dispatched, WallTime now);
  /// When it recovers next; only where it is below 1.
  WallTime next_recovery(WallTime now) const;
};

}  // namespace postrider

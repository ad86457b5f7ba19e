#pragma once
// TokenBucket: how fast a queue may dispatch. It fills at the queue's rate up to its burst, and
// every dispatch, first try or not, takes a token. A bucket that was never used is full. Pure: the
// store keeps the two values in the queue's row, so that the rate holds across restarts and crews.
//
// A rate of 0 means no limit: everything is available and nothing is taken. Rate and burst are
// given with every call, so a change of settings holds from the next claim on. A wall clock that
// was set back costs at most the refill of the time it went back.

#include "base/time.h"

namespace postrider {

struct TokenBucket {
  double tokens = 0;
  WallTime refilled{};  ///< when `tokens` was true; the epoch, long ago, for a new bucket

  /// Whole tokens there are at `now`.
  int available(double rate, double burst, WallTime now) const;

  /// Takes `count` tokens; the caller asked available() before.
  void take(int count, double rate, double burst, WallTime now);

  /// The first moment, `now` or later, at which a token is available.
  WallTime next_token_at(double rate, double burst, WallTime now) const;
};

}  // namespace postrider

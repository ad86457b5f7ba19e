#pragma once
// Clock: the seam to time. Nothing in the product reads the time except through it, so every
// test can turn it. Thread safe.

#include "base/time.h"

namespace postrider {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;
  virtual BootTime boot_now() const = 0;
};

/// CLOCK_REALTIME and CLOCK_BOOTTIME.
class SystemClock : public Clock {
 public:
  WallTime wall_now() const override;
  BootTime boot_now() const override;
};

/// Stands still until told otherwise. Not thread safe: for single-threaded tests.
class FakeClock : public Clock {
 public:
  explicit FakeClock(WallTime start = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                                               std::chrono::hours{9}})
      : wall_(start) {}
  WallTime wall_now() const override { return wall_; }
  BootTime boot_now() const override { return boot_; }
  void advance(Micros d) {
    wall_ += d;
    boot_ += d;
  }
  void set_wall(WallTime t) { wall_ = t; }

 private:
  WallTime wall_;
  BootTime boot_{Micros{1'000'000}};
};

}  // namespace postrider

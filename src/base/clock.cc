#include "base/clock.h"

#include <time.h>

namespace postrider {
namespace {

Micros read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return std::chrono::duration_cast<Micros>(std::chrono::seconds{now.tv_sec} +
                                            std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace

WallTime SystemClock::wall_now() const {
  return WallTime{read_clock(CLOCK_REALTIME)};
}
BootTime SystemClock::boot_now() const {
  return BootTime{read_clock(CLOCK_BOOTTIME)};
}

}  // namespace postrider

#include "queue/throttle.h"

#include <algorithm>
#include <cmath>

namespace postrider {
namespace {

constexpr double kFloor = 1.0 / 64;
constexpr double kRecovers = 1.5;
constexpr std::chrono::seconds kEvery{30};
constexpr std::int64_t kEnough = 11;  // recoveries that bring the floor back to 1

std::int64_t recoveries(WallTime since, WallTime now) {
  return std::clamp<std::int64_t>((now - since) / kEvery, 0, kEnough);
}

}  // namespace

double Throttle::at(WallTime now) const {
  if (factor >= 1) return 1;
  return std::min(1.0, factor * std::pow(kRecovers, static_cast<double>(recoveries(moved, now))));
}

void Throttle::slow_down(WallTime dispatched, WallTime now) {
  if (factor < 1 && dispatched < moved) return;
  factor = std::max(kFloor, at(now) / 2);
  moved = now;
}

WallTime Throttle::next_recovery(WallTime now) const {
  return moved + (recoveries(moved, now) + 1) * kEvery;
}

}  // namespace postrider

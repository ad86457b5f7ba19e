#include "http/rate_limit.h"

#include <algorithm>

namespace postrider {
namespace {

constexpr auto kMinute = std::chrono::minutes{1};
constexpr auto kBetweenSweeps = std::chrono::seconds{1};
constexpr auto kEverybodyElse = "";

}  // namespace

RateLimit::Standing RateLimit::count(const std::string& caller, int most, BootTime now) {
  const std::lock_guard lock(mutex_);
  if (minutes_.size() >= kMostCallers && now - swept_ >= kBetweenSweeps) {
    swept_ = now;
    std::erase_if(minutes_, [now](const auto& known) { return known.second.ends <= now; });
  }
  const bool room = minutes_.size() < kMostCallers || minutes_.contains(caller);
  auto& minute = minutes_[room ? caller : kEverybodyElse];
  if (minute.ends <= now) minute = {.ends = now + kMinute, .used = 0};
  Standing standing{.allowed = minute.used < most};
  if (standing.allowed) ++minute.used;
  standing.left = std::max(0, most - minute.used);
  const auto rest = std::chrono::ceil<std::chrono::seconds>(minute.ends - now);
  standing.seconds_to = static_cast<int>(rest.count());
  return standing;
}

}  // namespace postrider

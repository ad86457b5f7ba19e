#include "delivery/domain_pace.h"

#include <algorithm>

namespace postrider {

std::optional<WallTime> DomainPace::wait_until(const std::string& domain, WallTime due, WallTime now) {
  if (domains_.empty()) return std::nullopt;
  const auto found = domains_.find(domain);
  if (found == domains_.end() || due > found->second.since) return std::nullopt;
  Slowed& slowed = found->second;
  slowed.last = std::max(slowed.last, now) + slowed.gap;
  if (slowed.last > now + farthest) slowed.last = now + slowed.gap;  // from the front again
  return slowed.last;
}

void DomainPace::slow_down(const std::string& domain, WallTime now) {
  // So many at once is somebody's list of made-up domains, or a mailbox that all the world distrusts.
  if (domains_.size() >= most_domains && !domains_.contains(domain)) domains_.clear();
  const auto [slowed, is_new] = domains_.try_emplace(domain, Slowed{first_gap, now, now});
  if (is_new) return;
  // Those already under way when the first was refused say the same thing once more, not a new one.
  if (now - slowed->second.since >= slowed->second.gap) {
    slowed->second.gap = std::min(slowed->second.gap * 2, longest_gap);
  }
  slowed->second.since = now;
}

void DomainPace::accepted(const std::string& domain) {
  if (domains_.empty()) return;
  const auto slowed = domains_.find(domain);
  if (slowed == domains_.end()) return;
  slowed->second.gap /= 2;
  if (slowed->second.gap < std::chrono::seconds{1}) domains_.erase(slowed);
}

}  // namespace postrider

#include <algorithm>

#include "base/check.h"
#include "campaign/schedule.h"

namespace postrider {
namespace {

constexpr Micros day = std::chrono::hours{24};

/// Keeps what a rolling 24 hours can still ask for: the last `cap_24h` slots, none older than a day.
void forget_old_slots(Timetable& table) {
  auto& recent = table.recent;
  if (table.cap_24h == 0) return recent.clear();
  if (recent.empty()) return;
  const auto cap = static_cast<std::ptrdiff_t>(table.cap_24h);
  const auto in_a_day = std::ranges::upper_bound(recent, recent.back() - day);
  const auto under_cap = std::ssize(recent) > cap ? recent.end() - cap : recent.begin();
  recent.erase(recent.begin(), std::max(in_a_day, under_cap));
}

}  // namespace

Plan::Plan(PlanRules rules, std::vector<Timetable> timetables) : rules_(std::move(rules)) {
  CHECK(!timetables.empty());
  for (auto& table : timetables) {
    std::ranges::sort(table.recent);
    tracks_.push_back({.table = std::move(table)});
  }
}

Slot Plan::next(std::int64_t ordinal) {
  // Mailboxes that are free at the same moment take turns by ordinal, so that where a plan was
  // cut in two does not show in it.
  const auto count = tracks_.size();
  auto at = static_cast<std::size_t>(static_cast<std::uint64_t>(ordinal) % count);
  Track* best = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    auto& track = tracks_[at];
    if (!track.due) track.due = first_due(track.table);
    if (best == nullptr || *track.due < *best->due) best = &track;
    if (++at == count) at = 0;
  }

  auto& table = best->table;
  const Slot slot{.mailbox = table.mailbox, .due = *best->due};
  table.next_free = slot.due + std::max(gap_after(rules_.pace, rules_.seed, ordinal), table.least_gap);
  if (table.cap_24h > 0) {
    table.recent.push_back(slot.due);
    // Now and then, not each time: dropping the first elements of a vector moves all others.
    if (table.recent.size() > 2 * static_cast<std::size_t>(table.cap_24h) + 64) forget_old_slots(table);
  }
  best->due.reset();
  return slot;
}

std::vector<Timetable> Plan::timetables() const {
  std::vector<Timetable> tables;
  for (const auto& track : tracks_) forget_old_slots(tables.emplace_back(track.table));
  return tables;
}

WallTime Plan::first_due(const Timetable& table) {
  auto t = std::max(table.next_free, rules_.start);
  if (table.cap_24h > 0 && !table.recent.empty()) {
    t = std::max(t, table.recent.back());  // slots ascend, else the look back would miss some
    const auto cap = static_cast<std::size_t>(table.cap_24h);
    if (table.recent.size() >= cap) t = std::max(t, table.recent[table.recent.size() - cap] + day);
  }
  if (!rules_.window) return t;
  // Looking into the tz tables for each email would be most of the work; once for each opening is
  // none. No window opens between `asked_` and the opening found from there.
  if (t < asked_ || t >= opening_.until) {
    opening_ = next_opening(*rules_.window, t);
    asked_ = std::min(t, opening_.from);
  }
  return std::max(t, opening_.from);
}

}  // namespace postrider

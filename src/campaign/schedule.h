#pragma once
// Window, pace and plan: when the emails of a campaign are due. Pure functions of the rules, a
// seed and the mailboxes' slots already taken, so a dry run costs nothing and the same campaign
// always gets the same plan. The gate checks window, pace and cap again at the moment of sending.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// When a campaign may send, in the local time of an IANA zone. Not set = always.
struct Window {
  int start_hour = 7;         ///< 0..23, open from start:00 …
  int end_hour = 17;          ///< 1..24, … to end:00, not included. end < start is a night window that
                              ///< began on the evening before and belongs to that evening's weekday.
  bool weekdays_only = true;  ///< Monday to Friday
  std::string zone = "UTC";   ///< IANA name
  bool operator==(const Window&) const = default;
};

/// The gap between two emails of one mailbox, chosen anew for each, in [min, max].
struct Pace {
  Micros min{0};
  Micros max{0};
  bool none() const { return max == Micros{0}; }
  bool operator==(const Pace&) const = default;
};

/// "none", "4m-7m", "30s-90s", or one duration; max 24 h, min <= max.
Result<Pace> parse_pace(std::string_view text);
std::string format_pace(const Pace& pace);

/// Hours in range, zone known to the system's tz database, window not empty: start and end differ.
/// All problems in one error; an unknown zone's names the ones perhaps meant.
Result<void> validate(const Window& window);

/// True when `t` lies inside. Local times skipped or repeated by a clock change are judged by the
/// wall clock people see: 9:00 is 9:00 on both sides of the change.
bool is_open(const Window& window, WallTime t);

/// The first moment >= t that lies inside; t itself if it does. Looks ahead at most 15 days (a
/// valid window opens within 4); a fault beyond 2037, where tz tables end.
WallTime next_open(const Window& window, WallTime t);

/// A stretch [from, until) throughout which a window is open. It ends at a clock change even where
/// the window goes on: then the next opening begins at that moment.
struct Opening {
  WallTime from{};
  WallTime until{};
};

/// The opening that t lies in, else the first one after t. Limits as for next_open.
Opening next_opening(const Window& window, WallTime t);

/// The gap after the email with this ordinal: the same in the plan and at the gate.
Micros gap_after(const Pace& pace, std::uint64_t seed, std::int64_t ordinal);

/// The gap that keeps a rate: 60 s / per_minute, rounded up so that no minute holds one too many.
/// 0 for no limit.
Micros gap_of_rate(int per_minute);

/// One mailbox's slots: what is taken already, and its own limits.
struct Timetable {
  MailboxId mailbox;
  WallTime next_free{};          ///< no slot before this
  int cap_24h = 0;               ///< at most this many in any 24 h; 0: no cap
  Micros least_gap{0};           ///< from per_minute: gap_of_rate
  std::vector<WallTime> recent;  ///< slots taken in the last 24 h, ascending (only kept under a cap)
};

struct PlanRules {
  std::optional<Window> window;
  Pace pace;
  std::uint64_t seed = 0;
  WallTime start;  ///< nothing is due before
};

struct Slot {
  MailboxId mailbox;
  WallTime due;
};

/// Hands out slots in order of due time: each to the mailbox that is free first, in turns where
/// several are. Not thread safe: each planner has its own.
class Plan {
 public:
  /// Needs at least one timetable.
  Plan(PlanRules rules, std::vector<Timetable> timetables);
  /// The slot of the next email, which has this ordinal in its campaign. Amortised O(mailboxes).
  /// A fault when it would lie beyond 2037 under a window.
  Slot next(std::int64_t ordinal);
  /// The timetables as they are after the slots handed out, to go on from later: a plan cut in two
  /// hands out the same slots.
  std::vector<Timetable> timetables() const;

 private:
  struct Track {
    Timetable table;
    std::optional<WallTime> due;  ///< the earliest slot it can give; looked up when it is needed
  };

  WallTime first_due(const Timetable& table);

  PlanRules rules_;
  std::vector<Track> tracks_;
  // The last opening looked up, and the moment from which on it is the next one.
  Opening opening_;
  WallTime asked_{};
};

}  // namespace postrider

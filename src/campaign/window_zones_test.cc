// Windows in every zone of the tz database, around every clock change of eleven years, held
// against the C library's localtime, which reads the same files by other code.

#include <date/tz.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "campaign/schedule.h"
#include "campaign/zone.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const WallTime begin_of_years = parse_rfc3339("2026-01-01T00:00:00Z").value();
const WallTime end_of_years = parse_rfc3339("2037-01-01T00:00:00Z").value();

/// The C library's local time, while it lives.
class LocalClock {
 public:
  explicit LocalClock(const std::string& zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", zone.c_str(), 1);
    tzset();
  }
  ~LocalClock() {
    before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }
  std::tm read(WallTime t) const {
    const std::time_t moment = std::chrono::floor<seconds>(t).time_since_epoch().count();
    std::tm local{};
    localtime_r(&moment, &local);
    return local;
  }

 private:
  std::optional<std::string> before_;
};

/// What the window's own words say, read off the clock on the wall.
bool says_open(const Window& window, const std::tm& local) {
  const bool night = window.end_hour < window.start_hour;
  const bool evening = local.tm_hour >= window.start_hour && (night || local.tm_hour < window.end_hour);
  const bool morning = night && local.tm_hour < window.end_hour;
  if (!evening && !morning) return false;
  const int day = evening ? local.tm_wday : (local.tm_wday + 6) % 7;
  return !window.weekdays_only || (day != 0 && day != 6);
}

std::vector<WallTime> clock_changes(const date::time_zone& zone) {
  std::vector<WallTime> changes;
  auto t = std::chrono::floor<seconds>(begin_of_years);
  while (true) {
    const auto info = offset_at(zone, t);
    if (info.end >= end_of_years) return changes;
    changes.push_back(info.end);
    t = info.end;
  }
}

std::vector<const date::time_zone*> zones() {
  std::vector<const date::time_zone*> found;
  for (const auto& zone : date::get_tzdb().zones) {
    if (const auto* known = find_zone(zone.name())) found.push_back(known);
  }
  return found;
}

const Window windows[] = {{.start_hour = 9, .end_hour = 17, .weekdays_only = true},
                          {.start_hour = 0, .end_hour = 3, .weekdays_only = true},
                          {.start_hour = 2, .end_hour = 3, .weekdays_only = false},
                          {.start_hour = 22, .end_hour = 2, .weekdays_only = true}};

TEST(WindowInEveryZone, TheSystemHasTablesOfAllZonesUpToTheLastYear) {
  EXPECT_GT(zones().size(), 400u);
  // "Fat" files carry each change up to 2037. From "slim" ones we would miss all since 2007.
  const auto summer = parse_rfc3339("2037-07-01T12:00:00Z").value();
  EXPECT_EQ(offset_at(*find_zone("America/New_York"), std::chrono::floor<seconds>(summer)).offset, -4h);
}

TEST(WindowInEveryZone, OpenMeansWhatTheClockOnTheWallSays) {
  std::int64_t checked = 0;
  for (const auto* zone : zones()) {
    const LocalClock wall(zone->name());
    auto moments = clock_changes(*zone);
    moments.push_back(begin_of_years);
    for (const auto moment : moments) {
      for (const Micros away :
           {Micros{-26h}, Micros{-3h}, Micros{-1h}, Micros{-30min}, Micros{-1us}, Micros{0}, Micros{15min},
            Micros{59min}, Micros{2h}, Micros{9h}, Micros{25h}}) {
        const auto t = moment + away;
        const auto local = wall.read(t);
        for (auto window : windows) {
          window.zone = zone->name();
          ASSERT_EQ(is_open(window, t), says_open(window, local))
              << zone->name() << " " << format_rfc3339(t) << " window from " << window.start_hour;
          ++checked;
        }
      }
    }
  }
  EXPECT_GT(checked, 100'000);
}

TEST(WindowInEveryZone, TheNextOpeningIsTheFirstOneAfterAClockChange) {
  for (const auto* zone : zones()) {
    const LocalClock wall(zone->name());
    for (const auto change : clock_changes(*zone)) {
      for (auto window : windows) {
        window.zone = zone->name();
        const auto t = change - 5h;
        const auto opens = next_open(window, t);
        ASSERT_LT(opens - t, 4 * 24h) << zone->name();
        ASSERT_TRUE(says_open(window, wall.read(opens))) << zone->name() << " " << format_rfc3339(opens);
        // Every change of hour in these years happens on a quarter of an hour.
        for (auto earlier = t; earlier < opens; earlier += 15min) {
          ASSERT_FALSE(says_open(window, wall.read(earlier)))
              << zone->name() << " " << format_rfc3339(earlier);
        }
        if (opens > t) {
          ASSERT_FALSE(says_open(window, wall.read(opens - 1us))) << format_rfc3339(opens);
        }
      }
    }
  }
}

TEST(WindowInEveryZone, AnOpeningHoldsThroughoutAlsoOverAClockChange) {
  for (const auto* zone : zones()) {
    const LocalClock wall(zone->name());
    for (const auto change : clock_changes(*zone)) {
      for (auto window : windows) {
        window.zone = zone->name();
        for (auto t = change - 26h; t < change + 26h;) {
          const auto opening = next_opening(window, t);
          for (auto inside = opening.from; inside < opening.until; inside += 15min) {
            ASSERT_TRUE(says_open(window, wall.read(inside)))
                << zone->name() << " " << format_rfc3339(inside);
          }
          t = opening.until;
          if (t != change) {
            ASSERT_FALSE(says_open(window, wall.read(t))) << format_rfc3339(t);
          }
        }
      }
    }
  }
}

TEST(WindowInEveryZone, NineIsNineOnBothSidesOfEveryChange) {
  for (const auto* zone : zones()) {
    const LocalClock wall(zone->name());
    Window office = windows[0];
    office.zone = zone->name();
    for (const auto change : clock_changes(*zone)) {
      auto t = change - 5 * 24h;
      for (int day = 0; day < 8; ++day) {
        const auto opening = next_opening(office, t);
        const auto local = wall.read(opening.from);
        ASSERT_EQ(local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec, 9 * 3600)
            << zone->name() << " " << format_rfc3339(opening.from);
        ASSERT_EQ(opening.until - opening.from, 8h) << zone->name() << " " << format_rfc3339(opening.from);
        t = opening.until;
      }
    }
  }
}

}  // namespace
}  // namespace postrider

#include "campaign/local_time.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

struct MomentRow {
  const char* text;
  const char* zone;
  const char* moment;  // empty: refused
};

TEST(LocalTime, IsReadAsItsZoneHasIt) {
  for (const auto& row : {MomentRow{"2026-11-24T09:00:00Z", "Europe/Paris", "2026-11-24T09:00:00Z"},
                          MomentRow{"2026-11-24T09:00:00+01:00", "UTC", "2026-11-24T08:00:00Z"},
                          MomentRow{"2026-11-24T09:00", "Europe/Paris", "2026-11-24T08:00:00Z"},
                          MomentRow{"2026-07-24 09:00:30", "Europe/Paris", "2026-07-24T07:00:30Z"},
                          // 02:30 is skipped on 29 March: the clock goes from 2 to 3 at 01:00 UTC.
                          MomentRow{"2026-03-29T02:30", "Europe/Paris", "2026-03-29T01:00:00Z"},
                          // 02:30 comes twice on 25 October; the first one is summer time.
                          MomentRow{"2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30:00Z"},
                          MomentRow{"2026-11-24T09:00", "Mars/X", ""}, MomentRow{"tomorrow", "UTC", ""},
                          MomentRow{"", "UTC", ""}, MomentRow{"2026-02-30T09:00", "UTC", ""}}) {
    const auto read = parse_moment(row.text, row.zone);
    EXPECT_EQ(read ? format_rfc3339(*read) : std::string(), row.moment) << row.text;
  }
}

}  // namespace
}  // namespace postrider

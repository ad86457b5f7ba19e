#include "app/verbs/campaign_options.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

Result<CampaignChange> read(const CampaignOptions& options,
                            const std::optional<Window>& before = std::nullopt) {
  LocalFiles files("/");
  return read_campaign_options(options, before, files);
}

TEST(CampaignOptions, ReadWindowHours) {
  const std::tuple<std::string, int, int> good[] = {
      {"9-17", 9, 17}, {"0-24", 0, 24}, {"22-6", 22, 6}, {"0-6", 0, 6}};
  for (const auto& [text, start, end] : good) {
    const auto window = parse_window_hours(text);
    ASSERT_TRUE(window.has_value() && window->has_value()) << text;
    EXPECT_EQ((*window)->start_hour, start);
    EXPECT_EQ((*window)->end_hour, end);
  }
  EXPECT_TRUE(parse_window_hours("none").has_value() && !parse_window_hours("none")->has_value());
  for (const auto* bad : {"", "9", "9-25", "24-3", "9-17-20", "nine-five", "-9-17", "9:00-17:00"}) {
    EXPECT_FALSE(parse_window_hours(bad).has_value()) << bad;
  }
}

TEST(CampaignOptions, LeaveUnsaidWhatIsNotGiven) {
  const auto change = read({});
  ASSERT_TRUE(change.has_value());
  EXPECT_FALSE(change->window.has_value());
  EXPECT_FALSE(change->pace.has_value());
  EXPECT_FALSE(change->mailboxes.has_value());
  EXPECT_FALSE(change->skip_unresolved.has_value());
}

TEST(CampaignOptions, ChangeOnlyTheNamedPartOfAWindow) {
  const Window before{.start_hour = 8, .end_hour = 12, .weekdays_only = true, .zone = "Europe/Paris"};
  const auto zone = read({.zone = "UTC"}, before);
  ASSERT_TRUE(zone.has_value());
  EXPECT_EQ(**zone->window, (Window{.start_hour = 8, .end_hour = 12, .weekdays_only = true, .zone = "UTC"}));
  const auto hours = read({.window = "9-17", .all_days = true}, before);
  EXPECT_EQ(**hours->window,
            (Window{.start_hour = 9, .end_hour = 17, .weekdays_only = false, .zone = "Europe/Paris"}));
  const auto none = read({.window = "none"}, before);
  ASSERT_TRUE(none->window.has_value());
  EXPECT_FALSE(none->window->has_value());
  EXPECT_FALSE(read({.zone = "UTC"}).has_value());
}

TEST(CampaignOptions, ReadTheBrake) {
  const auto off = read({.brake = "off"});
  EXPECT_EQ(off->brake_refusals, 0);
  EXPECT_EQ(off->brake_percent, 0);
  const auto on = read({.brake = "20:10"});
  EXPECT_EQ(on->brake_refusals, 20);
  EXPECT_EQ(on->brake_percent, 10);
  for (const auto* bad : {"", "10", "10:", "0:5", "10:101", "201:5", "a:b"}) {
    EXPECT_FALSE(read({.brake = bad}).has_value()) << bad;
  }
}

TEST(CampaignOptions, SayWhichFileCannotBeRead) {
  const auto missing = read({.message_file = "no/such/letter.txt"});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().message, "Cannot read /no/such/letter.txt: No such file or directory.");
  EXPECT_EQ(read({.message_file = "tmp"}).error().message, "Cannot read /tmp: Is a directory.");
}

}  // namespace
}  // namespace postrider

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "campaign/schedule.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime start = parse_rfc3339("2026-11-24T09:00:00Z").value();  // a Tuesday

std::vector<Timetable> free_mailboxes(int count) {
  std::vector<Timetable> tables;
  for (int i = 1; i <= count; ++i) tables.push_back({.mailbox = {i}});
  return tables;
}

std::vector<Slot> take(Plan& plan, std::int64_t first, std::int64_t count) {
  std::vector<Slot> slots;
  for (auto i = first; i < first + count; ++i) slots.push_back(plan.next(i));
  return slots;
}

TEST(Plan, WithoutAnyRuleAllIsDueAtTheStart) {
  Plan plan({.start = start}, free_mailboxes(3));
  std::map<std::int64_t, int> used;
  for (const auto& slot : take(plan, 0, 300)) {
    EXPECT_EQ(slot.due, start);
    ++used[slot.mailbox.value];
  }
  EXPECT_EQ(used, (std::map<std::int64_t, int>{{1, 100}, {2, 100}, {3, 100}})) << "mailboxes take turns";
}

TEST(Plan, TheFirstEmailLeavesAtOnceAndGapsAreExact) {
  Plan plan({.pace = {4min, 7min}, .seed = 5, .start = start}, free_mailboxes(1));
  const auto slots = take(plan, 0, 100);
  EXPECT_EQ(slots[0].due, start);
  for (std::size_t i = 1; i < slots.size(); ++i) {
    EXPECT_EQ(slots[i].due - slots[i - 1].due, gap_after({4min, 7min}, 5, static_cast<std::int64_t>(i) - 1));
  }
}

TEST(Plan, TheLongerOfPaceAndRateCounts) {
  auto tables = free_mailboxes(1);
  tables[0].least_gap = gap_of_rate(10);
  Plan plan({.pace = {1s, 2s}, .start = start}, tables);
  EXPECT_EQ(take(plan, 0, 11).back().due, start + 60s);
}

TEST(Plan, AMailboxThatIsTakenWaitsWhileAnotherGoesOn) {
  auto tables = free_mailboxes(2);
  tables[0].next_free = start + 1h;
  Plan plan({.pace = {10min, 10min}, .start = start}, tables);
  const auto slots = take(plan, 0, 7);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(slots[static_cast<std::size_t>(i)].mailbox, MailboxId{2}) << i;
  EXPECT_EQ(slots[6].due, start + 1h);
}

TEST(Plan, TheFirstEmailWaitsForTheWindow) {
  Plan plan({.window = Window{.start_hour = 9, .end_hour = 17, .zone = "America/New_York"}, .start = start},
            free_mailboxes(1));
  EXPECT_EQ(format_rfc3339(plan.next(0).due), "2026-11-24T14:00:00Z");
}

TEST(Plan, AWindowDoesNotShortenAGap) {
  auto tables = free_mailboxes(1);
  tables[0].next_free = parse_rfc3339("2026-11-24T16:59:00Z").value();
  const PlanRules rules{
      .window = Window{.start_hour = 9, .end_hour = 17}, .pace = {20h, 20h}, .start = start};
  Plan plan(rules, tables);
  const auto slots = take(plan, 0, 2);
  EXPECT_EQ(format_rfc3339(slots[0].due), "2026-11-24T16:59:00Z");
  EXPECT_EQ(format_rfc3339(slots[1].due), "2026-11-25T12:59:00Z") << "not 9:00, which is only 16 hours later";
}

TEST(Plan, TheCapCountsSlotsTakenBefore) {
  auto tables = free_mailboxes(1);
  tables[0].cap_24h = 3;
  tables[0].recent = {start - 20h, start - 10h};
  Plan plan({.start = start}, tables);
  const auto slots = take(plan, 0, 4);
  EXPECT_EQ(slots[0].due, start);
  EXPECT_EQ(slots[1].due, start + 4h);
  EXPECT_EQ(slots[2].due, start + 14h);
  EXPECT_EQ(slots[3].due, start + 24h);
}

TEST(Plan, ALoweredCapWaitsUntilTheDayHasRoom) {
  auto tables = free_mailboxes(1);
  tables[0].cap_24h = 2;
  for (int i = 10; i > 0; --i) tables[0].recent.push_back(start - i * 1h);
  Plan plan({.start = start}, tables);
  EXPECT_EQ(plan.next(0).due, start + 22h);
  EXPECT_EQ(plan.next(1).due, start + 23h);
}

TEST(Plan, TheCapCountsSlotsTakenAheadToo) {
  auto tables = free_mailboxes(1);
  tables[0].cap_24h = 3;
  tables[0].recent = {start + 1h, start + 1h};
  Plan plan({.start = start}, tables);
  const auto slots = take(plan, 0, 2);
  EXPECT_EQ(slots[0].due, start + 1h);
  EXPECT_EQ(slots[1].due, start + 25h);
}

TEST(Plan, ALastSlotBeforeTheTablesEndIsGivenAndTheNextIsAFault) {
  const auto end = parse_rfc3339("2037-12-31T16:30:00Z").value();
  Plan plan({.window = Window{.start_hour = 9, .end_hour = 17}, .pace = {1h, 1h}, .start = end},
            free_mailboxes(1));
  EXPECT_EQ(plan.next(0).due, end);
  EXPECT_THROW(plan.next(1), Fault);
}

TEST(Plan, AMillionEmailsReachFiveYearsAhead) {
  auto tables = free_mailboxes(4);
  for (auto& table : tables) table.cap_24h = 1'000;
  const PlanRules rules{.window = Window{.start_hour = 9, .end_hour = 17, .zone = "Europe/Paris"},
                        .pace = {70s, 80s},
                        .seed = 1,
                        .start = start};
  Plan plan(rules, tables);
  WallTime last = start;
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    const auto slot = plan.next(i);
    ASSERT_GE(slot.due, last);
    last = slot.due;
  }
  EXPECT_GT(last, start + 24h * 365 * 2);
  EXPECT_LE(plan.timetables()[0].recent.size(), 1'000u);

  Plan slow({.pace = {2min, 3min + 16s}, .start = start}, free_mailboxes(1));
  for (std::int64_t i = 0; i < 1'000'000; ++i) last = slow.next(i).due;
  EXPECT_GT(last, start + 24h * 365 * 5);
}

// Any rules: what must hold whatever they are.

struct Case {
  PlanRules rules;
  std::vector<Timetable> tables;
  int emails;
};

Case any_case() {
  const auto micros = [](std::int64_t low, std::int64_t high) {
    return Micros{*rc::gen::inRange<std::int64_t>(low, high + 1)};
  };
  Case made;
  made.rules.start = start + micros(0, 400LL * 86'400'000'000);
  made.rules.seed = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::arbitrary<bool>()) {
    made.rules.pace.min = micros(0, 3'600'000'000);
    made.rules.pace.max = made.rules.pace.min + micros(0, 3'600'000'000);
  }
  if (*rc::gen::inRange(0, 3) > 0) {
    Window window{.start_hour = *rc::gen::inRange(0, 24), .end_hour = *rc::gen::inRange(1, 25)};
    if (window.start_hour == window.end_hour) window = Window{};
    window.weekdays_only = *rc::gen::arbitrary<bool>();
    window.zone = *rc::gen::elementOf(std::vector<std::string>{"UTC", "America/New_York", "Europe/Paris",
                                                               "Asia/Kolkata", "Australia/Lord_Howe",
                                                               "Africa/Casablanca"});
    made.rules.window = window;
  }
  const auto mailboxes = *rc::gen::inRange(1, 5);
  for (int i = 1; i <= mailboxes; ++i) {
    Timetable table{.mailbox = {i}};
    table.next_free = made.rules.start + micros(-86'400'000'000, 86'400'000'000);
    table.least_gap = gap_of_rate(*rc::gen::inRange(0, 100));
    table.cap_24h = *rc::gen::inRange(0, 12);
    const auto taken = *rc::gen::inRange(0, 15);
    for (int k = 0; k < taken && table.cap_24h > 0; ++k) {
      table.recent.push_back(made.rules.start - micros(0, 86'400'000'000));
    }
    std::ranges::sort(table.recent);
    made.tables.push_back(std::move(table));
  }
  made.emails = *rc::gen::inRange(1, 150);
  return made;
}

RC_GTEST_PROP(PlanProperty, NoRuleIsEverBroken, ()) {
  const auto given = any_case();
  Plan plan(given.rules, given.tables);
  const auto slots = take(plan, 0, given.emails);

  std::map<MailboxId, std::vector<WallTime>> taken;
  std::map<MailboxId, WallTime> next_free;
  for (const auto& table : given.tables) taken[table.mailbox] = table.recent;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& slot = slots[i];
    const auto& table = given.tables[static_cast<std::size_t>(slot.mailbox.value) - 1];
    RC_ASSERT(slot.due >= given.rules.start);
    RC_ASSERT(slot.due >= table.next_free);
    if (i > 0) RC_ASSERT(slot.due >= slots[i - 1].due);
    if (given.rules.window) RC_ASSERT(is_open(*given.rules.window, slot.due));

    if (next_free.contains(slot.mailbox)) RC_ASSERT(slot.due >= next_free[slot.mailbox]);
    const auto gap = gap_after(given.rules.pace, given.rules.seed, static_cast<std::int64_t>(i));
    next_free[slot.mailbox] = slot.due + std::max(gap, table.least_gap);

    auto& slots_of_mailbox = taken[slot.mailbox];
    slots_of_mailbox.push_back(slot.due);
    if (table.cap_24h > 0) {
      const auto in_a_day = std::ranges::count_if(
          slots_of_mailbox, [&](WallTime t) { return t > slot.due - 24h && t <= slot.due; });
      RC_ASSERT(in_a_day <= table.cap_24h);
    }
  }
}

RC_GTEST_PROP(PlanProperty, NoSlotComesLaterThanItMust, ()) {
  auto given = any_case();
  given.tables.resize(1);
  const auto table = given.tables[0];
  Plan plan(given.rules, given.tables);
  auto taken = table.recent;
  auto earliest = std::max(given.rules.start, table.next_free);
  for (std::int64_t i = 0; i < given.emails; ++i) {
    if (table.cap_24h > 0 && std::ssize(taken) >= table.cap_24h) {
      earliest = std::max(earliest, taken[taken.size() - static_cast<std::size_t>(table.cap_24h)] + 24h);
    }
    if (given.rules.window) earliest = next_open(*given.rules.window, earliest);
    const auto due = plan.next(i).due;
    RC_ASSERT(due == earliest);
    taken.push_back(due);
    earliest = due + std::max(gap_after(given.rules.pace, given.rules.seed, i), table.least_gap);
  }
}

RC_GTEST_PROP(PlanProperty, APlanCutInTwoIsTheSamePlan, ()) {
  const auto given = any_case();
  Plan whole(given.rules, given.tables);
  const auto slots = take(whole, 0, given.emails);

  const auto cut = *rc::gen::inRange(0, given.emails);
  Plan first(given.rules, given.tables);
  auto parts = take(first, 0, cut);
  Plan second(given.rules, first.timetables());
  for (const auto& slot : take(second, cut, given.emails - cut)) parts.push_back(slot);
  RC_ASSERT(parts.size() == slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    RC_ASSERT(parts[i].due == slots[i].due);
    RC_ASSERT(parts[i].mailbox == slots[i].mailbox);
  }
}

}  // namespace
}  // namespace postrider

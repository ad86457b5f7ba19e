// Many words in one transaction: what is written together must be as if it was written one by one.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "store/sqlite/many_rows.h"
#include "store/task_store_fixture.h"

namespace postrider {
namespace {

TEST_F(TaskStoreTest, AttemptsThatEndTogetherEachKeepTheirOwnWords) {
  const auto id = start(draft({add_mailbox("box", 20)}), 33);
  const auto held = claim();
  ASSERT_EQ(held.size(), 33u);
  std::vector<Entry> intents, records;
  for (const auto& task : held) intents.emplace_back(Intend{crew_, task.id, task.attempt});
  tasks().apply(intents);
  for (std::size_t n = 0; n < held.size(); ++n) {
    auto outcome = n % 3 == 2 ? refused() : delivered();
    outcome.text = "answer to " + std::to_string(held[n].id.value);
    records.emplace_back(Record{crew_, held[n].id, held[n].attempt, outcome});
  }
  records.push_back(records.front());  // said twice: the second is late
  const auto results = tasks().apply(records);
  EXPECT_EQ(std::get<Ack>(results.back()), Ack::stale);
  for (int ordinal = 1; ordinal <= 33; ++ordinal) {
    const auto shown = email(id, ordinal);
    EXPECT_EQ(shown.server_text, "answer to " + std::to_string(shown.id.value)) << ordinal;
    EXPECT_EQ(shown.tries, 1) << ordinal;
  }
  EXPECT_EQ(counts(id).sent, 22);
  EXPECT_EQ(counts(id).failed, 11);
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, AClaimOfTasksThatLieTogetherLeavesThoseBetweenThemThatAreNotDue) {
  const auto id = start(draft({add_mailbox("box", 5)}), 40);
  const auto first = claim();
  ASSERT_EQ(first.size(), 10u);
  std::set<std::int64_t> resting;
  for (std::size_t n = 0; n < first.size(); ++n) {
    if (n % 2 == 0) {
      release(first[n], {.kind = GateAnswer::Kind::cancelled});
    } else {
      resting.insert(first[n].id.value);
      release(first[n], {.kind = GateAnswer::Kind::not_before, .due = clock_.wall_now() + hours{1}});
    }
  }
  const auto second = claim();
  ASSERT_EQ(second.size(), 10u);
  for (const auto& task : second) EXPECT_FALSE(resting.contains(task.id.value)) << task.id.value;
  EXPECT_EQ(second.front().attempt, 2);
  EXPECT_EQ(second.back().attempt, 1);
  for (const auto& task : second) send(task);
  EXPECT_EQ(send_all_due(), 25);
  clock_.advance(hours{1});
  EXPECT_EQ(send_all_due(), 5);
  EXPECT_EQ(counts(id).sent, 40);
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, LanesWhoseTasksLieBetweenEachOthersAreClaimedApart) {
  const auto id = start(draft({add_mailbox("one", 10), add_mailbox("two", 10)}), 120);
  const auto held = claim(17);
  ASSERT_EQ(held.size(), 17u);
  std::set<std::int64_t> ids;
  for (const auto& task : held) {
    ids.insert(task.id.value);
    EXPECT_EQ(pass(task).kind, GateAnswer::Kind::open);
    EXPECT_EQ(record(task, delivered()), Ack::done);
  }
  EXPECT_EQ(ids.size(), 17u);
  EXPECT_EQ(send_all_due(), 103);
  expect_tally_equals_recount(id);
}

TEST_F(TaskStoreTest, WhoBouncesIsSuppressedForAnIntentOfTheSameTransaction) {
  const auto box = add_mailbox("box", 5);
  const auto with_ana = [&] {
    const auto id = *nouns().create_campaign(draft({box}));
    std::stringstream csv{"email\nana@example.org\nbob@example.org\n"};
    const auto source = make_csv_source(csv, "list.csv");
    EXPECT_TRUE(nouns().import(id, *source, {.email = 0}, 0, [](const Reject&) {}));
    EXPECT_TRUE(nouns().start(id, std::nullopt, {}));
    return id;
  };
  const auto one = with_ana();
  with_ana();
  auto held = claim();
  for (auto more = claim(); !more.empty(); more = claim()) held.insert(held.end(), more.begin(), more.end());
  ASSERT_EQ(held.size(), 4u);
  const auto ana_of = [&](bool first) {
    return *std::ranges::find_if(held, [&](const auto& task) {
      return (task.campaign == one) == first && decode_payload(task.payload).address == "ana@example.org";
    });
  };
  ASSERT_EQ(pass(ana_of(true)).kind, GateAnswer::Kind::open);
  const std::vector<Entry> batch{Record{crew_, ana_of(true).id, 1, bounced()},
                                 Intend{crew_, ana_of(false).id, 1}};
  const auto results = tasks().apply(batch);
  EXPECT_EQ(std::get<GateAnswer>(results[1]).kind, GateAnswer::Kind::suppressed);
}

TEST(ManyRows, NumbersTheParametersOfEachRowAndSharesTheOthers) {
  EXPECT_EQ(sqlite::many_rows("INSERT INTO t (a, b, c)", "(#, ?1, #)", 2, 2),
            "INSERT INTO t (a, b, c) VALUES (?2, ?1, ?3), (?4, ?1, ?5)");
  EXPECT_EQ(sqlite::many_rows("INSERT INTO t (a)", "(#)", 1), "INSERT INTO t (a) VALUES (?1)");
}

}  // namespace
}  // namespace postrider

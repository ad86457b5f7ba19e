#include <algorithm>

#include "store/nouns_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.sql.h"

namespace postrider {
namespace {

using Queues = NounsTest;

const QueueSettings kGuide{.name = "email-campaign-queue", .max_dispatches_per_second = 2, .max_attempts = 5};

TEST_F(Queues, BeginWithTheDefaultOneAndKeepTheirSettings) {
  ASSERT_EQ(nouns().queues().size(), 1u);
  EXPECT_EQ(nouns().queues()[0].settings.name, "email-campaign-queue");
  QueueSettings settings{.name = "slow", .max_dispatches_per_second = 0.5, .max_concurrent_dispatches = 3};
  ASSERT_TRUE(nouns().create_queue(settings));
  EXPECT_EQ(code_of(nouns().create_queue(settings)), "queue_exists");
  settings.max_attempts = -1;
  settings.min_backoff = std::chrono::milliseconds{100};
  ASSERT_TRUE(nouns().update_queue(settings));
  const auto found = nouns().find_queue("slow").value();
  EXPECT_EQ(found.settings.max_dispatches_per_second, 0.5);
  EXPECT_EQ(found.settings.max_concurrent_dispatches, 3);
  EXPECT_EQ(found.settings.max_attempts, -1);
  EXPECT_EQ(found.settings.min_backoff, std::chrono::milliseconds{100});
  EXPECT_EQ(code_of(nouns().find_queue("none")), "queue_not_found");
  settings.name = "none";
  EXPECT_EQ(code_of(nouns().update_queue(settings)), "queue_not_found");
}

TEST_F(Queues, TheFirstIsTakenOverByItsCreationOnce) {
  const auto first = nouns().queues().at(0).id;
  open(file("test.db"));
  EXPECT_EQ(nouns().create_queue(kGuide), first);
  open(file("test.db"));
  const auto taken = nouns().find_queue(kGuide.name).value();
  EXPECT_EQ(taken.settings.max_dispatches_per_second, 2);
  EXPECT_EQ(taken.settings.max_attempts, 5);
  EXPECT_EQ(code_of(nouns().create_queue(kGuide)), "queue_exists");
  EXPECT_EQ(nouns().queues().size(), 1U);
}

TEST_F(Queues, TheFirstIsNotTakenOverOnceItWasTouched) {
  const std::vector<std::function<void(QueueId)>> touches = {
      [this](QueueId id) { nouns().pause_queue(id).value(); },
      [this](QueueId id) { nouns().resume_queue(id).value(); },
      [this](QueueId id) { nouns().purge_queue(id, "14:02").value(); },
      [this](QueueId) { nouns().update_queue({.name = kGuide.name}).value(); }};
  for (std::size_t n = 0; n < touches.size(); ++n) {
    open(file(("touched-" + std::to_string(n)).c_str()));
    touches[n](nouns().queues().at(0).id);
    EXPECT_EQ(code_of(nouns().create_queue(kGuide)), "queue_exists") << n;
    EXPECT_EQ(nouns().queues().at(0).settings.max_attempts, 3) << n;
  }
}

TEST_F(Queues, TheFirstIsTakenOverWithTheEmailsThatWaitInIt) {
  const auto id = start(people(4));
  ASSERT_EQ(claim(1).size(), 1U);
  ASSERT_TRUE(nouns().create_queue(kGuide));
  EXPECT_EQ(claim().size(), 2U) << "the new rate holds at once";
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(claim().size(), 1U);
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
}

TEST_F(Queues, OfAnOlderDatabaseTheSettingsTellWhetherTheFirstWasTouched) {
  const auto becomes_older = [this] {
    store_.reset();
    sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
    db.execute("ALTER TABLE queue DROP COLUMN untouched");
    const auto makes_it = [](std::string_view sql) { return sql.contains("ADD COLUMN untouched"); };
    const auto migration = std::ranges::find_if(sqlite::kMigrations, makes_it);
    ASSERT_NE(migration, sqlite::kMigrations.end());
    db.execute(*migration);
  };
  becomes_older();
  open(file("test.db"));
  EXPECT_TRUE(nouns().create_queue(kGuide));
  becomes_older();
  open(file("test.db"));
  EXPECT_EQ(code_of(nouns().create_queue(kGuide)), "queue_exists");
  QueueSettings settings{.name = "other"};
  ASSERT_TRUE(nouns().create_queue(settings));
  becomes_older();
  open(file("test.db"));
  EXPECT_EQ(code_of(nouns().create_queue(settings)), "queue_exists");
}

TEST_F(Queues, PausedGiveNothingAndSaySo) {
  const auto id = start();
  const auto queue = nouns().queues()[0].id;
  ASSERT_TRUE(nouns().pause_queue(queue));
  EXPECT_TRUE(claim().empty());
  EXPECT_NE(nouns().waiting(id, clock_.wall_now()).what.find("queue email-campaign-queue is paused"),
            std::string::npos);
  ASSERT_TRUE(nouns().resume_queue(queue));
  EXPECT_EQ(end_all(delivered()), 5);
}

TEST_F(Queues, ListTheirTasksPageByPage) {
  start(people(5));
  const auto held = claim(1);
  const auto queue = nouns().queues()[0].id;
  std::vector<TaskView> all;
  for (TaskId after;;) {
    const auto page = nouns().tasks(queue, after, 2);
    if (page.empty()) break;
    all.insert(all.end(), page.begin(), page.end());
    after = page.back().id;
  }
  int emails = 0, running = 0;
  for (const auto& task : all) {
    if (task.kind != TaskKind::email) continue;
    ++emails;
    running += task.state == TaskState::running;
    EXPECT_NE(task.address.find("@example.org"), std::string::npos);
  }
  EXPECT_EQ(emails, 5);
  EXPECT_EQ(running, 1);
  EXPECT_EQ(nouns().queues()[0].tasks, static_cast<std::int64_t>(all.size()));
}

TEST_F(Queues, PurgedPauseTheirCampaignsAndResumeMakesTasksForExactlyThose) {
  const auto id = start(people(8));
  const auto queue = nouns().queues()[0].id;
  const auto held = claim(3);
  ASSERT_EQ(held.size(), 3u);
  end(held[0], delivered());
  ASSERT_TRUE(pass(held[1]));
  EXPECT_EQ(nouns().purge_queue(queue, "14:02"), 5);
  EXPECT_EQ(campaign(id).status, CampaignStatus::paused);
  // Five that waited, and the one in hand before its gate: that is shut now, and its task goes, too.
  EXPECT_EQ(campaign(id).why, "queue purged 14:02, 6 emails without a task");
  EXPECT_TRUE(nouns().queues()[0].purged_at);
  apply(Record{crew_, held[1].id, held[1].attempt, delivered()});
  apply(Release{crew_, held[2].id, held[2].attempt, {.kind = GateAnswer::Kind::cancelled}});
  EXPECT_TRUE(claim().empty());
  expect_counts(id, {.sent = 2, .pending = 6});
  EXPECT_TRUE(nouns().tasks(queue, {}, 100).empty());

  ASSERT_TRUE(nouns().resume(id));
  EXPECT_EQ(end_all(delivered()), 6);
  expect_counts(id, {.sent = 8});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Queues, PurgedAndStoppedLeaveNobodyPending) {
  const auto id = start(people(8));
  ASSERT_EQ(claim(1).size(), 1u);
  ASSERT_TRUE(nouns().purge_queue(nouns().queues()[0].id, "14:02"));
  const auto answer = nouns().stop(id).value();
  EXPECT_EQ(answer.skipped, 7);
  EXPECT_EQ(campaign(id).counts.pending, 1);
}

TEST_F(Queues, PurgedLeaveFinishedCampaignsAndDraftsAlone) {
  const auto done = start(people(2));
  end_all(delivered());
  const auto draft = add_draft();
  EXPECT_EQ(nouns().purge_queue(nouns().queues()[0].id, "14:02"), 0);
  EXPECT_EQ(campaign(done).status, CampaignStatus::completed);
  EXPECT_EQ(campaign(draft).status, CampaignStatus::draft);
}

}  // namespace
}  // namespace postrider

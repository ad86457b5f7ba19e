// Single tasks of a queue: its emails' page by page, one made due now, one skipped; and queues that go.

#include <algorithm>

#include "store/nouns_fixture.h"
#include "store/sqlite/database.h"

namespace postrider {
namespace {

class QueueTasks : public NounsTest {
 protected:
  QueueId queue() { return nouns().queues()[0].id; }
  std::vector<TaskView> all() { return nouns().email_tasks(queue(), {}, 1'000).tasks; }
};

TEST_F(QueueTasks, OfEmailsAreListedPageByPage) {
  start(people(5));
  const auto held = claim(1);
  std::vector<TaskId> seen;
  for (TaskId after;;) {
    const auto page = nouns().email_tasks(queue(), after, 2);
    EXPECT_LE(page.tasks.size(), 2u);
    for (const auto& task : page.tasks) {
      seen.push_back(task.id);
      EXPECT_EQ(task.kind, TaskKind::email);
      EXPECT_EQ(task.queue, queue());
      EXPECT_EQ(task.created, clock_.wall_now());
    }
    if (!page.next) break;
    after = page.next;
  }
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_TRUE(nouns().email_tasks(QueueId{99}, {}, 10).tasks.empty());
}

TEST_F(QueueTasks, OfOtherQueuesCostAPageOnlySoMuch) {
  const auto other = nouns().create_queue({.name = "other"}).value();
  const auto id = start(people(3));
  store_.reset();
  {
    sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
    const auto lane = "(SELECT max(id) FROM lane WHERE campaign_id = " + std::to_string(id.value) + ")";
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO task (id, "
        "lane_id, kind, state, due) SELECT 1000 + i, " +
        lane + ", 0, 0, 1 FROM n");
  }
  open(file("test.db"));
  int pages = 0;
  for (TaskId after; pages < 10; ++pages) {
    const auto page = nouns().email_tasks(other, after, 10);
    EXPECT_TRUE(page.tasks.empty());
    if (!page.next) break;
    EXPECT_GT(page.next, after);
    after = page.next;
  }
  EXPECT_EQ(pages, 2);
}

TEST_F(QueueTasks, AreFoundByTheirEmail) {
  start(people(2));
  const auto due = claim(1);
  ASSERT_EQ(due.size(), 1u);
  const auto task = nouns().email_task(due[0].id).value();
  EXPECT_EQ(task.state, TaskState::running);
  EXPECT_EQ(task.attempts, 1);
  end(due[0], delivered());
  EXPECT_EQ(code_of(nouns().email_task(due[0].id)), "task_not_found");
  EXPECT_EQ(code_of(nouns().email_task(EmailId{999})), "task_not_found");
}

TEST_F(QueueTasks, AreHastenedButNotPastAPause) {
  auto draft = campaign(add_draft(people(3)));
  draft.pace = Pace{std::chrono::hours{1}, std::chrono::hours{1}};
  ASSERT_TRUE(nouns().update_campaign(draft));
  ASSERT_TRUE(nouns().start(draft.id, std::nullopt, {}));
  ASSERT_EQ(end_all(delivered()), 1);
  clock_.advance(std::chrono::hours{1});
  const auto last = all().back();
  ASSERT_GT(last.due, clock_.wall_now());
  ASSERT_TRUE(nouns().skip_email(all().front().id, "no"));
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().pause_queue(queue()));
  ASSERT_TRUE(nouns().hasten_email(last.id));
  EXPECT_EQ(nouns().email_task(last.id)->due, clock_.wall_now());
  EXPECT_TRUE(claim().empty());
  ASSERT_TRUE(nouns().resume_queue(queue()));
  const auto due = claim();
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].id, last.id);
  EXPECT_EQ(code_of(nouns().hasten_email(EmailId{999})), "task_not_found");
}

TEST_F(QueueTasks, AreSkippedAndTheCampaignEndsWithTheLast) {
  const auto id = start(people(3));
  const auto held = claim(1);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(code_of(nouns().skip_email(held[0].id, "no")), "email_under_way");
  for (const auto& task : all()) {
    if (task.id != held[0].id) EXPECT_EQ(nouns().skip_email(task.id, "skipped by ana").value(), id);
  }
  expect_counts(id, {.skipped = 2, .pending = 1});
  EXPECT_EQ(emails(id, EmailStatus::skipped)[0].reason, "skipped by ana");
  end(held[0], delivered());
  expect_counts(id, {.sent = 1, .skipped = 2});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  EXPECT_EQ(code_of(nouns().skip_email(held[0].id, "no")), "email_over");
  EXPECT_EQ(code_of(nouns().skip_email(EmailId{999}, "no")), "email_not_found");
}

TEST_F(QueueTasks, AreSkippedAfterAPurgeToo) {
  const auto id = start(people(2));
  ASSERT_EQ(claim(1).size(), 1u);
  const auto waiting = all().back();
  ASSERT_TRUE(nouns().purge_queue(queue(), "14:02"));
  EXPECT_EQ(nouns().skip_email(waiting.id, "no").value(), id);
  expect_counts(id, {.skipped = 1, .pending = 1});
}

TEST_F(QueueTasks, KeepTheirQueueFromBeingDeleted) {
  EXPECT_TRUE(nouns().delete_queue(nouns().create_queue({.name = "unused"}).value()));
  EXPECT_EQ(code_of(nouns().find_queue("unused")), "queue_not_found");
  EXPECT_EQ(code_of(nouns().delete_queue(QueueId{99})), "queue_not_found");
  start(people(1));
  EXPECT_EQ(code_of(nouns().delete_queue(queue())), "queue_in_use");
  end_all(delivered());
  EXPECT_EQ(code_of(nouns().delete_queue(queue())), "queue_in_use");
}

}  // namespace
}  // namespace postrider

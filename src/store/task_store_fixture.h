#pragma once
// What the tests of a task store share: a real SQLite file on a clock that only moves when told, lists
// from numbers, outcomes by name, and a crew in miniature.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "store/task_store.h"
#include "store/values.h"

namespace postrider {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline AttemptOutcome delivered() {
  return {.disposition = Disposition::delivered,
          .stage = "dot",
          .code = 250,
          .enhanced = "2.0.0",
          .text = "queued as A1"};
}
inline AttemptOutcome deferred() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::recipient,
          .stage = "rcpt",
          .code = 450,
          .enhanced = "4.2.1",
          .text = "try later",
          .reason = "the server asks to try later"};
}
inline AttemptOutcome refused() {
  return {.disposition = Disposition::refused,
          .blame = Blame::recipient,
          .stage = "rcpt",
          .code = 554,
          .enhanced = "5.7.1",
          .text = "go away",
          .reason = "refused"};
}
inline AttemptOutcome bounced() {
  auto outcome = refused();
  outcome.suppress = true;
  outcome.enhanced = "5.1.1";
  return outcome;
}
inline AttemptOutcome unknown() {
  return {.disposition = Disposition::unknown, .stage = "dot", .reason = "the line broke"};
}
inline AttemptOutcome wrong_password() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::mailbox,
          .mailbox_fault = AttemptOutcome::MailboxFault::stop,
          .stage = "auth",
          .code = 535,
          .reason = "wrong password"};
}
inline AttemptOutcome server_down() {
  return {.disposition = Disposition::deferred,
          .blame = Blame::mailbox,
          .mailbox_fault = AttemptOutcome::MailboxFault::pause,
          .stage = "connect",
          .reason = "connection refused"};
}

class TaskStoreTest : public testing::Test {
 protected:
  TaskStoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open();
  }
  ~TaskStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// As after kill -9: the file is all there is.
  void restart() {
    store_.reset();
    open();
  }
  void open() {
    auto opened = SqliteStore::open((directory_ / "test.db").string(), clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    crew_ = tasks().join();
  }

  TaskStore& tasks() { return store_->tasks(); }
  CampaignStore& nouns() { return store_->campaigns(); }

  MailboxId add_mailbox(const std::string& name = "box", int sessions = 5, int cap = 0) {
    Mailbox mailbox{
        .name = name, .from = "me@example.com", .host = "127.0.0.1", .port = 25, .tls = Tls::none};
    mailbox.cap_24h = cap;
    mailbox.sessions = sessions;
    auto id = nouns().add_mailbox(mailbox);
    if (!id) throw std::runtime_error(id.error().message);
    return *id;
  }

  Campaign draft(std::vector<MailboxId> mailboxes) {
    Campaign campaign{.name = "test", .subject = "Hello", .message = "Hi", .mailboxes = std::move(mailboxes)};
    campaign.queue = nouns().find_queue("email-campaign-queue")->id;
    campaign.seed = 7;
    return campaign;
  }

  CampaignId start(const Campaign& settings, int recipients, std::optional<WallTime> at = std::nullopt,
                   const std::vector<std::size_t>& required = {}) {
    auto id = nouns().create_campaign(settings);
    if (!id) throw std::runtime_error(id.error().message);
    std::stringstream csv;
    csv << "email,name,city\n";
    const auto tag = std::to_string(id->value);
    for (int n = 1; n <= recipients; ++n) {
      csv << "p" << n << "-" << tag << "@example.org,Person " << n << "," << (n % 10 == 0 ? "" : "Rome")
          << "\n";
    }
    auto source = make_csv_source(csv, "list.csv");
    auto report = nouns().import(*id, *source, {.email = 0, .name = 1}, 0, [](const Reject&) {});
    if (!report) throw std::runtime_error(report.error().message);
    auto started = nouns().start(*id, at, required);
    if (!started) throw std::runtime_error(started.error().message);
    return *id;
  }

  EntryResult apply(const Entry& entry) { return tasks().apply({&entry, 1})[0]; }

  /// Claims, doing plan tasks on the way, until there are emails or nothing at all.
  std::vector<ClaimedTask> claim(int limit = 100) {
    while (true) {
      last_ = std::get<Claimed>(apply(Claim{crew_, limit}));
      std::vector<ClaimedTask> emails;
      bool planned = false;
      for (auto& task : last_.tasks) {
        if (task.kind == TaskKind::plan) {
          apply(PlanStep{crew_, task.id, task.attempt});
          planned = true;
        } else {
          emails.push_back(task);
        }
      }
      if (!emails.empty() || !planned) return emails;
    }
  }
  GateAnswer pass(const ClaimedTask& task) {
    return std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt}));
  }
  Ack record(const ClaimedTask& task, const AttemptOutcome& outcome) {
    return std::get<Ack>(apply(Record{crew_, task.id, task.attempt, outcome}));
  }
  Ack release(const ClaimedTask& task, GateAnswer why) {
    return std::get<Ack>(apply(Release{crew_, task.id, task.attempt, std::move(why)}));
  }
  void send(const ClaimedTask& task, const AttemptOutcome& outcome = delivered()) {
    ASSERT_EQ(pass(task).kind, GateAnswer::Kind::open);
    ASSERT_EQ(record(task, outcome), Ack::done);
  }
  int send_all_due() {
    int sent = 0;
    for (auto due = claim(); !due.empty(); due = claim()) {
      for (const auto& task : due) {
        const auto answer = pass(task);
        if (answer.kind == GateAnswer::Kind::open) {
          record(task, delivered());
          ++sent;
        } else {
          release(task, answer);
        }
      }
    }
    return sent;
  }

  Counts counts(CampaignId id) { return nouns().campaign(id)->counts; }
  CampaignStatus status(CampaignId id) { return nouns().campaign(id)->status; }
  EmailView email(CampaignId id, std::int64_t ordinal) {
    return nouns().emails(id, {.status = {}, .address = {}, .after = ordinal - 1, .limit = 1}).at(0);
  }

  /// The tally must be what a recount of the rows gives, always.
  void expect_tally_equals_recount(CampaignId id) {
    Counts recount;
    for (std::int64_t after = 0;;) {
      const auto page = nouns().emails(id, {.status = {}, .address = {}, .after = after, .limit = 500});
      if (page.empty()) break;
      after = page.back().ordinal;
      for (const auto& one : page) {
        switch (one.status) {
          case EmailStatus::pending:
            ++recount.pending;
            break;
          case EmailStatus::sent:
            ++recount.sent;
            break;
          case EmailStatus::failed:
            ++recount.failed;
            break;
          case EmailStatus::bounced:
            ++recount.bounced;
            break;
          case EmailStatus::skipped:
            ++recount.skipped;
            break;
          case EmailStatus::uncertain:
            ++recount.uncertain;
            break;
        }
      }
    }
    EXPECT_EQ(recount, counts(id));
  }

  std::filesystem::path directory_;
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
  CrewId crew_;
  Claimed last_;
};

}  // namespace postrider

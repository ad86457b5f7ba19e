#pragma once
// What the tests of the nouns share: a store on a fresh file and a clock that only moves when told,
// a list from literals, and a crew in miniature that plans, claims and ends emails as a test says.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/sqlite/sqlite_store.h"

namespace postrider {

class ListSource : public RecipientSource {
 public:
  using Row = std::vector<std::string>;
  ListSource(Row headers, std::vector<Row> rows) : headers_(std::move(headers)), rows_(std::move(rows)) {}
  Result<Row> headers() override { return headers_; }
  Result<std::optional<SourceRow>> next() override {
    if (at_ == fails_at) return invalid("unreadable", "row is too long");
    if (at_ == rows_.size()) return std::nullopt;
    const auto& row = rows_[at_++];
    return SourceRow{static_cast<std::int64_t>(at_) + 1, row};
  }
  std::string name() const override { return "list.csv"; }

  std::size_t fails_at = std::string::npos;

 private:
  Row headers_;
  std::vector<Row> rows_;
  std::size_t at_ = 0;
};

inline std::vector<ListSource::Row> people(int n) {
  std::vector<ListSource::Row> rows;
  for (int i = 1; i <= n; ++i) {
    rows.push_back({"p" + std::to_string(i) + "@example.org", "Person " + std::to_string(i)});
  }
  return rows;
}

class NounsTest : public testing::Test {
 protected:
  NounsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-nouns-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open(file("test.db"));
  }
  ~NounsTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::string file(const char* name) const { return (directory_ / name).string(); }
  void open(const std::string& path) {
    store_.reset();
    auto opened = SqliteStore::open(path, clock_);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    crew_ = store_->tasks().join();
  }
  CampaignStore& nouns() { return store_->campaigns(); }

  MailboxId add_mailbox(const std::string& name = "default", int sessions = 50) {
    Mailbox mailbox{
        .name = name, .from = "me@example.com", .host = "127.0.0.1", .port = 25, .tls = Tls::none};
    mailbox.cap_24h = 0;
    mailbox.sessions = sessions;
    const auto found = nouns().find_mailbox(name);
    return found ? found->id : nouns().add_mailbox(mailbox).value();
  }
  CampaignId add_draft(const std::vector<ListSource::Row>& rows = people(5)) {
    Campaign draft{
        .name = "Autumn", .subject = "Hello", .message = "Hi {{name}}", .mailboxes = {add_mailbox()}};
    draft.seed = 7;
    const auto id = nouns().create_campaign(draft).value();
    ListSource source({"email", "name"}, rows);
    if (!rows.empty()) nouns().import(id, source, {.email = 0, .name = 1}, 0, {}).value();
    return id;
  }
  CampaignId start(const std::vector<ListSource::Row>& rows = people(5)) {
    const auto id = add_draft(rows);
    if (auto started = nouns().start(id, std::nullopt, {}); !started)
      throw std::runtime_error(started.error().message);
    return id;
  }

  EntryResult apply(const Entry& entry) { return store_->tasks().apply({&entry, 1})[0]; }
  /// Claims up to `limit` emails, doing plan steps on the way.
  std::vector<ClaimedTask> claim(int limit = 1'000) {
    while (true) {
      std::vector<ClaimedTask> emails;
      bool planned = false;
      auto claimed = std::get<Claimed>(apply(Claim{crew_, limit}));
      for (auto& task : claimed.tasks) {
        if (task.kind == TaskKind::email) {
          emails.push_back(std::move(task));
        } else {
          apply(PlanStep{crew_, task.id, task.attempt});
          planned = true;
        }
      }
      if (!emails.empty() || !planned) return emails;
    }
  }
  bool pass(const ClaimedTask& task) {
    return std::get<GateAnswer>(apply(Intend{crew_, task.id, task.attempt})).kind == GateAnswer::Kind::open;
  }
  void end(const ClaimedTask& task, const AttemptOutcome& outcome) {
    ASSERT_TRUE(pass(task));
    ASSERT_EQ(std::get<Ack>(apply(Record{crew_, task.id, task.attempt, outcome})), Ack::done);
  }
  /// Ends everything that is due with this outcome; how many.
  int end_all(const AttemptOutcome& outcome) {
    int ended = 0;
    for (auto due = claim(); !due.empty(); due = claim()) {
      for (const auto& task : due) {
        end(task, outcome);
        ++ended;
      }
    }
    return ended;
  }

  static AttemptOutcome delivered() {
    return {.disposition = Disposition::delivered, .stage = "dot", .code = 250};
  }
  static AttemptOutcome refused() {
    return {.disposition = Disposition::refused,
            .blame = Blame::message,
            .stage = "dot",
            .code = 554,
            .reason = "no"};
  }
  static AttemptOutcome unknown() {
    return {.disposition = Disposition::unknown, .stage = "dot", .reason = "the line broke"};
  }

  Campaign campaign(CampaignId id) { return nouns().campaign(id).value(); }
  std::vector<EmailView> emails(CampaignId id, std::optional<EmailStatus> status = std::nullopt) {
    return nouns().emails(id, {.status = status, .limit = 100'000});
  }
  /// The tally is what a recount of the emails gives, always.
  void expect_counts(CampaignId id, const Counts& expected) {
    EXPECT_EQ(campaign(id).counts, expected);
    Counts recount;
    for (const auto& email : emails(id)) {
      std::int64_t Counts::* const fields[] = {&Counts::pending, &Counts::sent,    &Counts::failed,
                                               &Counts::bounced, &Counts::skipped, &Counts::uncertain};
      ++(recount.*fields[static_cast<int>(email.status)]);
    }
    EXPECT_EQ(recount, expected);
    expect_series(id);
    // Every way of asking gives the same emails.
    for (const auto status : {EmailStatus::pending, EmailStatus::sent, EmailStatus::failed,
                              EmailStatus::bounced, EmailStatus::skipped, EmailStatus::uncertain}) {
      std::vector<std::int64_t> filtered, by_page;
      for (const auto& email : emails(id)) {
        if (email.status == status) filtered.push_back(email.ordinal);
      }
      for (std::int64_t after = 0;;) {
        const auto page = nouns().emails(id, {.status = status, .after = after, .limit = 2});
        if (page.empty()) break;
        for (const auto& email : page) by_page.push_back(email.ordinal);
        after = by_page.back();
      }
      EXPECT_EQ(filtered, by_page) << to_string(status);
    }
  }
  /// The series is what a recount of the emails by the hour of their end gives, always.
  void expect_series(CampaignId id) {
    std::map<WallTime, Counts> recount, kept;
    for (const auto& email : emails(id)) {
      std::int64_t Counts::* const fields[] = {&Counts::pending, &Counts::sent,    &Counts::failed,
                                               &Counts::bounced, &Counts::skipped, &Counts::uncertain};
      if (email.status == EmailStatus::pending) continue;
      const auto hour = std::chrono::floor<std::chrono::hours>(email.finished_at.value());
      ++(recount[hour].*fields[static_cast<int>(email.status)]);
    }
    const auto now = clock_.wall_now();
    const auto points =
        nouns().series(id, now - kLongestSeries / 2, now + kLongestSeries / 2, SeriesUnit::hour).value();
    for (const auto& point : points) kept[point.start] = point.counts;
    EXPECT_EQ(kept, recount);
  }
  std::string code_of(const auto& result) { return result ? "" : result.error().code; }

  std::filesystem::path directory_;
  FakeClock clock_;
  std::unique_ptr<SqliteStore> store_;
  CrewId crew_;
};

}  // namespace postrider

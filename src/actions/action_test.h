#pragma once
// What the tests of actions and verbs stand on: a real SQLite store in a directory of its own, a
// clock that is turned by hand, and a crew of one that does due tasks as a test says. Tests only.

#include <gtest/gtest.h>

#include <algorithm>

#include <filesystem>
#include <sstream>

#include "actions/context.h"
#include "actions/create_campaign.h"
#include "actions/mailboxes.h"
#include "actions/unsubscribe_key.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {

class ActionTest : public testing::Test {
 protected:
  ActionTest()
      : directory_(make_directory()),
        file_((directory_ / "postrider.db").string()),
        lock_(FileLock::try_take(file_, "test", owner_)),
        store_(std::move(SqliteStore::open(file_, clock_).value())),
        secrets_(SecretBox::from_secret("a secret of the tests only").value()),
        links_(open_unsubscribe_key(store_->campaigns(), secrets_).value(), "https://mail.example.org"),
        context_{.store = store_->campaigns(),
                 .accounts = store_->accounts(),
                 .templates = store_->templates(),
                 .sheet_store = store_->sheets(),
                 .clock = clock_,
                 .secrets = secrets_,
                 .links = links_,
                 .who = "local:ana",
                 .recipient_limit = 0,
                 .try_mail_server =
                     [this](const MailServer& server, const std::string&) {
                       tried_ = server;
                       return trial_;
                     },
                 .send_one = [this](const MailServer& server, const Envelope& envelope,
                                    MessageView message) -> std::expected<Reply, Trouble> {
                   tried_ = server;
                   sent_to_.push_back(envelope.to.text());
                   sent_ = std::string(message.head) + std::string(message.tail);
                   return answer_;
                 },
                 .catch_directory = "caught",
                 .link_base = "https://mail.example.com"} {}
  ~ActionTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  CampaignStore& store() { return store_->campaigns(); }

  MailboxId add_office() {
    return add_mailbox(context_, "office",
                       {.from = "ana@example.com", .host = "smtp.example.com", .cap_24h = 0})
        ->id;
  }

  static CampaignChange letter() {
    CampaignChange change;
    change.name = "Spring";
    change.subject = "Hello {{ name | default: \"there\" }}";
    change.message = "From us to {{ Company }}.\n";
    change.mailboxes = {"office"};
    return change;
  }

  Result<CreatedCampaign> create(const std::string& csv, const CampaignChange& settings = letter(),
                                 const ColumnNames& columns = {}) {
    std::istringstream in(csv);
    rejects_.clear();
    const auto list = make_csv_source(in, "people.csv");
    return create_campaign(context_, settings, *list, columns,
                           [this](const Reject& reject) { rejects_.push_back(reject); });
  }

  /// Claims and does what is due until nothing is: plans are planned, each email gets the outcome
  /// that `say` has for its address. How many emails were done.
  int work(const std::function<AttemptOutcome(const std::string&)>& say) {
    auto& tasks = store_->tasks();
    if (!crew_) crew_ = tasks.join();
    int done = 0;
    for (;;) {
      const Entry claim = Claim{.crew = crew_, .limit = 10};
      const auto claimed = std::get<Claimed>(tasks.apply({&claim, 1}).front());
      if (claimed.tasks.empty()) return done;
      for (const auto& task : claimed.tasks) {
        if (task.kind == TaskKind::plan) {
          const Entry step = PlanStep{.crew = crew_, .task = task.id, .attempt = task.attempt};
          tasks.apply({&step, 1});
          continue;
        }
        const Entry intend = Intend{.crew = crew_, .task = task.id, .attempt = task.attempt};
        const auto gate = std::get<GateAnswer>(tasks.apply({&intend, 1}).front());
        if (gate.kind != GateAnswer::Kind::open) {
          const Entry release = Release{.crew = crew_, .task = task.id, .attempt = task.attempt, .why = gate};
          tasks.apply({&release, 1});
          continue;
        }
        const Entry record = Record{.crew = crew_,
                                    .task = task.id,
                                    .attempt = task.attempt,
                                    .outcome = say(decode_payload(task.payload).address)};
        tasks.apply({&record, 1});
        ++done;
      }
    }
  }

  static AttemptOutcome accepted(const std::string&) {
    return {.disposition = Disposition::delivered,
            .stage = "dot",
            .code = 250,
            .enhanced = "2.0.0",
            .text = "queued as 4711"};
  }
  static AttemptOutcome refused(const std::string&) {
    return {.disposition = Disposition::refused,
            .blame = Blame::message,
            .stage = "dot",
            .code = 554,
            .enhanced = "5.7.1",
            .text = "=looks like spam",
            .reason = "The server refused the message."};
  }

  std::filesystem::path directory_;
  std::string file_;
  std::string owner_;
  FakeClock clock_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<SqliteStore> store_;
  SecretBox secrets_;
  UnsubscribeLinks links_;
  MailServer tried_;
  MailServerTrial trial_;             ///< what a try brings
  std::vector<std::string> sent_to_;  // by send_one
  std::string sent_;
  std::expected<Reply, Trouble> answer_ = Reply{250, "2.0.0", "queued"};
  ActionContext context_;
  std::vector<Reject> rejects_;
  CrewId crew_;

 private:
  static std::filesystem::path make_directory() {
    auto name = (std::filesystem::temp_directory_path() / "postrider-actions-XXXXXX").string();
    return mkdtemp(name.data());
  }
};

inline constexpr const char* kThreePeople =
    "Email,Name,Company\n"
    "ana@example.com,Ana,Acme\n"
    "bo@example.com,,Bolt\n"
    "cy@example.com,Cy,Core\n";

}  // namespace postrider

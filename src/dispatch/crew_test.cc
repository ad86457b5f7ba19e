// The crew and its ledger on a clock that only moves when told, over a real SQLite store, with
// handlers that play mail servers. What a test cannot wait for in life takes milliseconds here.

#include "dispatch/crew.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "store/sqlite/sqlite_store.h"

namespace postrider {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Fails the n-th transaction as a full disk would: nothing of it happened.
class FullDisk : public TaskStore {
 public:
  explicit FullDisk(TaskStore& real) : real_(real) {}
  CrewId join() override { return real_.join(); }
  void on_ring(std::function<void()> bell) override { real_.on_ring(std::move(bell)); }
  std::vector<EntryResult> apply(std::span<const Entry> entries) override {
    ++calls;
    if (calls >= first && calls < first + times)
      throw StoreFault(StoreFault::Kind::retry, "database is full");
    return real_.apply(entries);
  }
  int calls = 0;
  int first = 0;
  int times = 0;

 private:
  TaskStore& real_;
};

/// Takes a while, asks the gate, and says what the test wants.
class Script : public TaskHandler {
 public:
  Script(Loop& loop, const Clock& clock) : loop_(loop), clock_(clock) {}
  Async<HandlerResult> handle(const ClaimedTask& task, Gate& gate) override {
    ++started;
    most_at_once = std::max(most_at_once, ++at_once);
    co_await sleep_until(loop_, clock_.boot_now() + milliseconds{5});
    auto answer = co_await gate.pass();
    if (answer.kind != GateAnswer::Kind::open) {
      --at_once;
      co_return ShutOut{std::move(answer)};
    }
    ++dots[task.id.value];
    co_await sleep_until(loop_, clock_.boot_now() + milliseconds{5});
    --at_once;
    if (break_behind_gate) throw std::runtime_error("broken on purpose");
    co_return outcome;
  }
  int started = 0, at_once = 0, most_at_once = 0;
  std::map<std::int64_t, int> dots;
  bool break_behind_gate = false;
  AttemptOutcome outcome{.disposition = Disposition::delivered, .stage = "dot", .code = 250, .text = "ok"};

 private:
  Loop& loop_;
  const Clock& clock_;
};

class CrewTest : public testing::Test {
 protected:
  CrewTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    store_ = std::move(*SqliteStore::open((directory_ / "test.db").string(), clock_));
    disk_ = std::make_unique<FullDisk>(store_->tasks());
    crew_id_ = disk_->join();
  }
  ~CrewTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  CampaignId start_campaign(int recipients, Pace pace = {}) {
    Mailbox mailbox{
        .name = "box", .from = "me@example.com", .host = "127.0.0.1", .port = 25, .tls = Tls::none};
    mailbox.cap_24h = 0;
    mailbox.sessions = 10;
    auto& nouns = store_->campaigns();
    Campaign draft{
        .name = "test", .subject = "Hello", .message = "Hi", .mailboxes = {*nouns.add_mailbox(mailbox)}};
    draft.queue = nouns.find_queue("email-campaign-queue")->id;
    draft.pace = pace;
    const auto id = *nouns.create_campaign(draft);
    std::stringstream csv;
    csv << "email\n";
    for (int n = 1; n <= recipients; ++n) csv << "p" << n << "@example.org\n";
    auto source = make_csv_source(csv, "list.csv");
    EXPECT_TRUE(nouns.import(id, *source, {.email = 0}, 0, [](const Reject&) {}));
    EXPECT_TRUE(nouns.start(id, std::nullopt, {}));
    return id;
  }

  /// Lets everything happen that happens within `d`.
  void live(Micros d) {
    const auto end = clock_.boot_now() + d;
    while (clock_.boot_now() < end) {
      while (loop_.run() || ledger_work()) {
      }
      loop_.advance(milliseconds{1});
    }
  }
  bool ledger_work() {
    const int before = disk_->calls;
    return ledger_->step_if_asked() && disk_->calls > before;
  }

  void make_crew(CrewOptions options = {}) {
    ledger_ = std::make_unique<Ledger>(loop_, clock_, *disk_, *log_);
    crew_ = std::make_unique<Crew>(loop_, clock_, *ledger_, crew_id_, script_, *log_, options);
    store_->tasks().on_ring([this] { crew_->ring(); });
    crew_->start();
  }

  Campaign campaign(CampaignId id) { return *store_->campaigns().campaign(id); }

  std::filesystem::path directory_;
  FakeClock clock_;
  FakeLoop loop_{clock_};
  std::unique_ptr<Log> log_ = make_silent_log();
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<FullDisk> disk_;
  CrewId crew_id_;
  Script script_{loop_, clock_};
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Crew> crew_;
};

TEST_F(CrewTest, WhoRingsHearsWhatTheServerSaid) {
  make_crew({.only_rung = true});
  const auto id = start_campaign(3);
  live(seconds{1});
  EXPECT_EQ(script_.started, 0);
  const auto emails = store_->campaigns().emails(id, {});
  std::map<int, Rung> heard;
  const auto ring = [&](int n) {
    crew_->ring_for(emails.at(n).id, 0, [&heard, n](Rung rung) { heard[n] = std::move(rung); });
    live(seconds{1});
  };
  ring(1);
  ASSERT_TRUE(heard[1].sent);
  EXPECT_EQ(heard[1].sent->text, "ok");
  script_.outcome = {
      .disposition = Disposition::deferred, .blame = Blame::recipient, .stage = "rcpt", .code = 450};
  ring(2);
  EXPECT_EQ(heard[2].kind, Rung::Kind::ended);
  EXPECT_FALSE(heard[2].sent);
  ring(1);
  EXPECT_EQ(heard[1].kind, Rung::Kind::over);
  EXPECT_EQ(campaign(id).counts.sent, 1);
}

TEST_F(CrewTest, EveryEmailOfACampaignPassesItsGateOnce) {
  make_crew();
  const auto id = start_campaign(300);
  live(seconds{2});
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
  EXPECT_EQ(script_.dots.size(), 300u);
  for (const auto& [task, dots] : script_.dots) EXPECT_EQ(dots, 1) << task;
  EXPECT_EQ(script_.most_at_once, 20) << "two for each of the mailbox's ten sessions";
}

TEST_F(CrewTest, ItNeverRunsMoreThanItHasPlacesFor) {
  make_crew({.max_running = 3});
  const auto id = start_campaign(50);
  live(seconds{2});
  EXPECT_EQ(campaign(id).counts.sent, 50);
  EXPECT_LE(script_.most_at_once, 3);
}

TEST_F(CrewTest, ADiskThatIsFullAtAnyMomentLosesNothingAndSendsNothingTwice) {
  make_crew();
  int calls_before = disk_->calls;
  const auto probe = start_campaign(20);
  live(seconds{1});
  ASSERT_EQ(campaign(probe).counts.sent, 20);
  const int calls = disk_->calls - calls_before;
  for (int n = 1; n <= calls; ++n) {
    script_.dots.clear();
    ASSERT_TRUE(store_->campaigns().duplicate(probe, "all", "again"));
    const auto id = store_->campaigns().campaigns(std::nullopt, {}, 1).at(0).id;
    disk_->calls = 0;
    disk_->first = n;
    disk_->times = 3;
    ASSERT_TRUE(store_->campaigns().start(id, std::nullopt, {}));
    live(seconds{1});
    ASSERT_EQ(campaign(id).counts, (Counts{.sent = 20})) << "full at transaction " << n;
    for (const auto& [task, dots] : script_.dots) ASSERT_EQ(dots, 1) << "full at transaction " << n;
  }
}

TEST_F(CrewTest, WhileTheDiskIsFullNoGateOpensAndItSaysWhy) {
  make_crew();
  const auto id = start_campaign(5);
  disk_->first = 1;
  disk_->times = 1'000'000;
  live(seconds{1});
  EXPECT_TRUE(ledger_->stuck());
  EXPECT_EQ(ledger_->trouble(), "database is full");
  EXPECT_TRUE(script_.dots.empty());
  disk_->times = 0;
  ledger_->poke();
  live(seconds{1});
  EXPECT_FALSE(ledger_->stuck());
  EXPECT_EQ(campaign(id).counts.sent, 5);
}

TEST_F(CrewTest, AHandlerThatBreaksBehindTheGateLeavesAnUncertainEmail) {
  make_crew();
  script_.break_behind_gate = true;
  const auto id = start_campaign(3);
  live(seconds{1});
  EXPECT_EQ(campaign(id).counts.uncertain, 3);
  EXPECT_EQ(script_.started, 3) << "never a second time";
}

TEST_F(CrewTest, ItSleepsUntilTheNextSlotAndKeepsThePaceToTheSecond) {
  make_crew();
  const auto id = start_campaign(5, {minutes{4}, minutes{7}});
  live(minutes{3});
  EXPECT_EQ(campaign(id).counts.sent, 1);
  live(minutes{29});
  EXPECT_EQ(campaign(id).counts.sent, 5);
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(CrewTest, ATaskThatIsAskedForIsDoneInItsTurnAndNotBefore) {
  make_crew();
  const auto id = start_campaign(2, {minutes{4}, minutes{4}});
  live(seconds{1});
  const auto emails = store_->campaigns().emails(id, {});
  ASSERT_EQ(campaign(id).counts.sent, 1);
  std::map<std::int64_t, bool> heard;
  const auto ask = [&](TaskId task) {
    crew_->run(task, [&heard, task](bool ended) { heard[task.value] = ended; });
    live(seconds{1});
  };
  ask(emails[0].id);  // is over
  ask(emails[1].id);  // is not due
  ask(TaskId{4711});
  EXPECT_EQ(heard, (std::map<std::int64_t, bool>{
                       {emails[0].id.value, false}, {emails[1].id.value, false}, {4711, false}}));
  EXPECT_EQ(campaign(id).counts.sent, 1);
}

TEST_F(CrewTest, WhoAsksForATaskUnderWayHearsOfItsEndOnceItIsOnDisk) {
  make_crew();
  const auto id = start_campaign(1);
  for (int n = 0; n < 1000 && script_.at_once == 0; ++n) live(milliseconds{1});
  const auto email = store_->campaigns().emails(id, {}).at(0).id;
  std::vector<std::int64_t> sent_when_heard;
  for (int i = 0; i < 2; ++i) {
    crew_->run(email, [&](bool ended) {
      EXPECT_TRUE(ended);
      sent_when_heard.push_back(campaign(id).counts.sent);
    });
  }
  EXPECT_TRUE(sent_when_heard.empty());
  live(seconds{1});
  EXPECT_EQ(sent_when_heard, (std::vector<std::int64_t>{1, 1}));
}

TEST_F(CrewTest, StopWaitsForWhatATransactionUnderWayStillBrings) {
  make_crew();
  start_campaign(20, {.min = milliseconds{50}, .max = milliseconds{50}});
  const auto queue = store_->campaigns().find_queue("email-campaign-queue")->id;
  const auto is_claimed = [](const TaskView& task) {
    return task.kind == TaskKind::email && task.state == TaskState::running;
  };
  const auto claimed_unheard = [&] {
    return crew_->running() == 0 &&
           std::ranges::any_of(store_->campaigns().tasks(queue, {}, 100), is_claimed);
  };
  // Up to the moment at which an email is claimed and the loop, idle, has not heard of it yet.
  for (int n = 0; n < 1000 && !claimed_unheard(); ++n) {
    loop_.advance(milliseconds{1});
    ledger_->step_if_asked();
  }
  ASSERT_TRUE(claimed_unheard());
  const int started = script_.started;
  int running_at_end = -1;
  crew_->stop([&] { running_at_end = crew_->running(); });
  live(seconds{1});
  EXPECT_EQ(script_.started, started + 1);
  EXPECT_EQ(running_at_end, 0);
  EXPECT_EQ(crew_->running(), 0);
}

TEST_F(CrewTest, StopLetsWhatPassedTheGateFinishAndTakesNothingNew) {
  make_crew();
  const auto id = start_campaign(100);
  for (int n = 0; n < 12; ++n) live(milliseconds{1});
  bool done = false;
  crew_->stop([&] { done = true; });
  live(seconds{1});
  EXPECT_TRUE(done);
  EXPECT_EQ(crew_->running(), 0);
  const auto counts = campaign(id).counts;
  EXPECT_EQ(counts.sent + counts.pending, 100);
  EXPECT_GT(counts.pending, 0);
  EXPECT_EQ(static_cast<std::int64_t>(script_.dots.size()), counts.sent);
}

}  // namespace
}  // namespace postrider

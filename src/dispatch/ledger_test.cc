// Which words share a transaction, on a clock that only moves when told.

#include "dispatch/ledger.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using std::chrono::microseconds;

/// Opens every gate; a transaction takes as long as it says.
class Recorder : public TaskStore {
 public:
  explicit Recorder(FakeClock& clock) : clock_(clock) {}
  CrewId join() override { return CrewId{1}; }
  void on_ring(std::function<void()>) override {}
  std::vector<EntryResult> apply(std::span<const Entry> entries) override {
    clock_.advance(takes);
    std::string words;
    std::vector<EntryResult> results;
    for (const auto& entry : entries) {
      if (const auto* intend = std::get_if<Intend>(&entry)) {
        words += "i" + std::to_string(intend->task.value) + " ";
        results.emplace_back(GateAnswer{});
      } else if (const auto* record = std::get_if<Record>(&entry)) {
        words += "r" + std::to_string(record->task.value) + " ";
        results.emplace_back(Ack::done);
      } else if (std::holds_alternative<Claim>(entry)) {
        Claimed claimed;
        for (; claims > 0; --claims) claimed.tasks.push_back({.kind = TaskKind::email});
        results.emplace_back(std::move(claimed));
      } else {
        results.emplace_back(Ack::done);
      }
    }
    transactions.push_back(words);
    return results;
  }
  Micros takes = microseconds{300};
  int claims = 0;  ///< emails that the next claim gets
  std::vector<std::string> transactions;

 private:
  FakeClock& clock_;
};

class LedgerTest : public testing::Test {
 protected:
  Async<void> say(Entry word) {
    co_await ledger_.ask(std::move(word));
    ++answered_;
  }
  void intend(std::int64_t task) {
    spawn(say(Intend{.crew = CrewId{1}, .task = TaskId{task}, .attempt = 1}));
  }
  void record(std::int64_t task) {
    spawn(say(Record{.crew = CrewId{1}, .task = TaskId{task}, .attempt = 1, .outcome = {}}));
  }
  /// Sessions 1 to `sessions` pass their gates, and each has another email behind.
  void pass_gates(int sessions) {
    store_.claims = 2 * sessions;
    for (int n = 1; n <= sessions; ++n) intend(n);
    settle();
    store_.transactions.clear();
  }
  /// The replies of these emails came, and the next ones' envelopes were taken.
  void come_back(int first, int last) {
    for (int n = first; n <= last; ++n) {
      record(n);
      intend(100 + n);
    }
  }
  void settle() {
    while (loop_.run() || ledger_.step_if_asked()) {
    }
  }

  FakeClock clock_;
  FakeLoop loop_{clock_};
  std::unique_ptr<Log> log_ = make_silent_log();
  Recorder store_{clock_};
  Ledger ledger_{loop_, clock_, store_, *log_};
  int answered_ = 0;
};

using Transactions = std::vector<std::string>;

TEST_F(LedgerTest, WhereAllSessionsComeBackTogetherHalfOfThemGoFirst) {
  pass_gates(4);
  clock_.advance(microseconds{500});
  come_back(1, 4);
  settle();
  EXPECT_EQ(store_.transactions, (Transactions{"r1 i101 r2 i102 ", "r3 i103 r4 i104 "}));
  EXPECT_EQ(answered_, 12);
}

TEST_F(LedgerTest, WithSomebodyAtTheMailServerAllWhoAreHereGoTogether) {
  pass_gates(4);
  clock_.advance(microseconds{500});
  come_back(1, 3);
  settle();
  EXPECT_EQ(store_.transactions, (Transactions{"r1 i101 r2 i102 r3 i103 "}));
}

TEST_F(LedgerTest, OnASlowDiskAllGoTogether) {
  store_.takes = microseconds{5000};
  pass_gates(4);
  clock_.advance(microseconds{500});
  come_back(1, 4);
  settle();
  EXPECT_EQ(store_.transactions, (Transactions{"r1 i101 r2 i102 r3 i103 r4 i104 "}));
}

TEST_F(LedgerTest, AnEmailGivenBackIsNotWaitedFor) {
  pass_gates(5);
  for (const int gone : {5, 105}) {
    spawn(say(Release{.crew = CrewId{1}, .task = TaskId{gone}, .attempt = 1, .why = {}}));
  }
  settle();
  store_.transactions.clear();
  clock_.advance(microseconds{500});
  come_back(1, 4);
  settle();
  EXPECT_EQ(store_.transactions.size(), 2U);
}

}  // namespace
}  // namespace postrider

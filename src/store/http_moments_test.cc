// An HTTP task that is read while its attempt goes on record shows the attempt under way, or its end. Each
// test lets the one happen in every moment of the other: whenever SQLite begins a statement, has a row or is
// done.

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

/// Of the connections that are opened while it lives.
class Moments {
 public:
  Moments() {
    current_ = this;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(&opened));
  }
  ~Moments() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&opened));
    current_ = nullptr;
  }
  Moments(const Moments&) = delete;
  Moments& operator=(const Moments&) = delete;

  /// Does `what` in the nth moment of `meanwhile`. False: it has fewer.
  bool during(const std::function<void()>& meanwhile, int n, const std::function<void()>& what) {
    left_ = n;
    what_ = what;
    meanwhile();
    what_ = nullptr;
    return left_ <= 0;
  }

 private:
  static int opened(sqlite3* db, char**, const void*) {
    constexpr unsigned all = SQLITE_TRACE_STMT | SQLITE_TRACE_ROW | SQLITE_TRACE_PROFILE;
    return sqlite3_trace_v2(db, all, &happened, nullptr);
  }
  static int happened(unsigned, void*, void*, void*) noexcept {
    if (current_ == nullptr || !current_->what_ || --current_->left_ != 0) return 0;
    const auto what = std::exchange(current_->what_, nullptr);
    what();
    return 0;
  }

  static inline Moments* current_ = nullptr;
  int left_ = 0;
  std::function<void()> what_;
};

class HttpMomentsTest : public HttpTaskStoreTest {
 protected:
  HttpMomentsTest() {
    restart();  // so that all connections are watched
    add_queue({.name = name(), .min_backoff = 10s});
    add_queue({.name = name("hasty"), .min_backoff = 0s, .max_backoff = 0s});
  }

  ClaimedHttpTask claim_next() {
    clock_.advance(1s);  // there are tokens again
    return claim_one();
  }
  Result<HttpTask> listed_task(const std::string& queue, const std::string& id) {
    const auto all = tasks().tasks(name(queue), "", 1000).value();
    const auto found = std::ranges::find(all, id, &HttpTask::id);
    if (found != all.end()) return *found;
    return not_found("NOT_FOUND", std::string(kEnded));
  }
  std::vector<std::function<Result<HttpTask>(const std::string&)>> ways_to_read(const std::string& queue) {
    return {[this, queue](const std::string& id) { return tasks().task(name(queue), id); },
            [this, queue](const std::string& id) { return listed_task(queue, id); }};
  }

  /// The end of one attempt, or that it is under way, or the next one.
  static void expect_whole(const HttpTask& task) {
    ASSERT_TRUE(task.last) << "neither the attempt under way nor its end";
    EXPECT_EQ(task.dispatch_count, task.response_count + (task.last->response ? 0 : 1));
    EXPECT_GE(task.dispatch_count, 1);
    EXPECT_TRUE(task.first_dispatch);
  }
  void expect_whole_or_over(const Result<HttpTask>& task) {
    if (!task) return expect_error(task, "NOT_FOUND", kEnded);
    expect_whole(*task);
  }

  Moments moments_;
};

constexpr int kFewest = 5;  // moments of a read or a record; there are more

TEST_F(HttpMomentsTest, AnAttemptThatFailsInAnyMomentOfARead) {
  for (const auto& id : {std::string(), std::string("named")}) {
    for (const auto& read : ways_to_read("q")) {
      for (int n = 1;; ++n) {
        const auto made = add(id.empty() ? id : id + std::to_string(n));
        const auto claimed = claim_next();
        Result<HttpTask> seen = made;
        const bool met = moments_.during([&] { seen = read(made.id); }, n, [&] { record(claimed, 500); });
        ASSERT_TRUE(seen) << n;
        expect_whole(*seen);
        EXPECT_TRUE(tasks().delete_task(name(), made.id));
        if (met) continue;
        EXPECT_GT(n, kFewest);
        break;
      }
      tasks().delete_queue(name()).value();
      add_queue({.name = name(), .min_backoff = 10s});
    }
  }
}

TEST_F(HttpMomentsTest, AnAttemptThatSucceedsInAnyMomentOfARead) {
  for (const auto& read : ways_to_read("q")) {
    for (int n = 1;; ++n) {
      const auto made = add();
      const auto claimed = claim_next();
      Result<HttpTask> seen = made;
      const bool met = moments_.during([&] { seen = read(made.id); }, n, [&] { record(claimed, 200); });
      expect_whole_or_over(seen);
      if (!met) {
        EXPECT_GT(n, kFewest);
        record(claimed, 200);
        break;
      }
      expect_error(read(made.id), "NOT_FOUND", kEnded);
    }
  }
}

TEST_F(HttpMomentsTest, ARunInAnyMomentOfARead) {
  for (const auto& read : ways_to_read("q")) {
    for (int n = 1;; ++n) {
      const auto made = add();
      const auto claimed = claim_next();
      Result<HttpTask> seen = made;
      std::optional<ClaimedHttpTask> run;
      const bool met = moments_.during([&] { seen = read(made.id); }, n,
                                       [&] {
                                         record(claimed, 500);
                                         run = tasks().force_run(name(), made.id).value();
                                       });
      ASSERT_TRUE(seen) << n;
      expect_whole(*seen);
      if (!met) {
        EXPECT_GT(n, kFewest);
        record(claimed, 200);
        break;
      }
      expect_whole(run->task);
      EXPECT_EQ(run->task.dispatch_count, 2);
      EXPECT_EQ(read(made.id)->dispatch_count, 2);
      record(*run, 200);
    }
  }
}

TEST_F(HttpMomentsTest, AReadInAnyMomentOfTheRecord) {
  for (const int status : {500, 200}) {
    for (const auto& read : ways_to_read("q")) {
      for (int n = 1;; ++n) {
        const auto made = add();
        const auto claimed = claim_next();
        std::optional<Result<HttpTask>> seen;
        const bool met = moments_.during([&] { record(claimed, status); }, n, [&] { seen = read(made.id); });
        if (seen) expect_whole_or_over(*seen);
        if (status == 500) {
          EXPECT_TRUE(!seen || *seen) << n;
          EXPECT_TRUE(tasks().delete_task(name(), made.id));
        }
        if (met) continue;
        EXPECT_GT(n, kFewest);
        break;
      }
    }
  }
}

TEST_F(HttpMomentsTest, AReadInAnyMomentOfARecordThatTravelsWithTheNextAttempt) {
  for (const auto& read : ways_to_read("hasty")) {
    const auto made = add(task("", {}, "hasty"));
    auto claimed = claim_next();
    for (int n = 1;; ++n) {
      clock_.advance(1s);
      const auto record = said(claimed, 500);
      Result<HttpTask> seen = made;
      const auto step = [&] { claimed = tasks().step({&record, 1}, 1).tasks.at(0); };
      const bool met = moments_.during(step, n, [&] { seen = read(made.id); });
      EXPECT_EQ(claimed.task.dispatch_count, n + 1);
      if (!met) {
        EXPECT_GT(n, kFewest);
        break;
      }
      ASSERT_TRUE(seen);
      expect_whole(*seen);
      EXPECT_GE(seen->dispatch_count, n);
    }
    record(claimed, 200);
  }
}

TEST_F(HttpMomentsTest, ARecordOfOneAttemptTwiceIsOneRecord) {
  const auto made = add();
  const auto claimed = claim_next();
  const std::vector<HttpRecord> twice(2, said(claimed, 500));
  tasks().step(twice, 0);
  EXPECT_EQ(get(made.id)->response_count, 1);
  EXPECT_EQ(rows("http_claim"), 0);
}

}  // namespace
}  // namespace postrider

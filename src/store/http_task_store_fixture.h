#pragma once
// What the tests of queues of HTTP tasks share: a real SQLite file on a clock that only moves when told,
// tasks and outcomes by name, and a crew in miniature.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "store/http_task_store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {

using namespace std::chrono_literals;

class HttpTaskStoreTest : public testing::Test {
 protected:
  HttpTaskStoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open();
  }
  ~HttpTaskStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// As after kill -9: the file is all there is.
  void restart() {
    store_.reset();
    open();
  }
  void open() {
    auto opened = SqliteStore::open(file(), clock_, limits_);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
    tasks().take_over();
  }
  std::string file() const { return (directory_ / "test.db").string(); }
  HttpTaskStore& tasks() { return store_->http_tasks(); }

  static QueueName name(std::string queue = "q") {
    return {.project = "p", .location = "us-east1", .queue = std::move(queue)};
  }
  HttpQueue add_queue(HttpQueue queue = {.name = name()}) {
    auto made = tasks().create_queue(queue);
    if (!made) throw std::runtime_error(made.error().message);
    return *made;
  }
  static HttpTask task(std::string id = "", WallTime schedule = {}, const std::string& queue = "q") {
    HttpTask task;
    task.queue = name(queue);
    task.id = std::move(id);
    task.schedule = schedule;
    task.url = "https://example.com/work";
    return task;
  }
  Result<HttpTask> create(const HttpTask& task) { return tasks().create({&task, 1}).at(0); }
  HttpTask add(const HttpTask& task) {
    auto made = create(task);
    if (!made) throw std::runtime_error(made.error().message);
    return *made;
  }
  HttpTask add(std::string id = "", WallTime schedule = {}) { return add(task(std::move(id), schedule)); }
  void add_many(int n, const std::string& queue = "q") {
    const std::vector<HttpTask> many(static_cast<std::size_t>(n), task("", {}, queue));
    for (const auto& made : tasks().create(many)) ASSERT_TRUE(made);
  }
  Result<HttpTask> get(std::string_view id) { return tasks().task(name(), id); }

  std::vector<ClaimedHttpTask> claim(int places = 1000) {
    auto claims = tasks().step({}, places);
    wake_ = claims.wake;
    return std::move(claims.tasks);
  }
  /// The one task that is due.
  ClaimedHttpTask claim_one() {
    auto claimed = claim();
    if (claimed.size() != 1) throw std::runtime_error("not one task but " + std::to_string(claimed.size()));
    return claimed[0];
  }
  static HttpRecord said(const ClaimedHttpTask& claimed, int status, std::optional<Micros> retry_after = {}) {
    return {claimed.key, claimed.task.dispatch_count, {.status = status, .retry_after = retry_after}};
  }
  void record(const ClaimedHttpTask& claimed, int status, std::optional<Micros> retry_after = {}) {
    const auto record = said(claimed, status, retry_after);
    wake_ = tasks().step({&record, 1}, 0).wake;
  }
  void record_all(const std::vector<ClaimedHttpTask>& claimed, int status) {
    std::vector<HttpRecord> records;
    for (const auto& one : claimed) records.push_back(said(one, status));
    wake_ = tasks().step(records, 0).wake;
  }
  /// Whether the store has told to be asked again by then.
  bool looks_within(Micros time) const { return wake_ && *wake_ <= now() + time; }
  std::vector<std::string> ids(const std::vector<ClaimedHttpTask>& claimed) {
    std::vector<std::string> all;
    for (const auto& one : claimed) all.push_back(one.task.id);
    return all;
  }
  std::vector<std::string> listed(const std::string& queue = "q") {
    std::vector<std::string> all;
    for (const auto& one : *tasks().tasks(name(queue), "", 1000)) all.push_back(one.id);
    return all;
  }
  std::int64_t rows(const std::string& table) {
    sqlite::Database db(file(), sqlite::Database::Mode::reader);
    sqlite::Statement count(db, "SELECT count(*) FROM " + table);
    count.step();
    return count.integer(0);
  }
  WallTime now() const { return clock_.wall_now(); }

  template <class T>
  static void expect_error(const Result<T>& result, std::string_view code, std::string_view message) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().message, message);
  }
  static constexpr std::string_view kNoQueue =
      "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.";
  static constexpr std::string_view kNoEntity = "Requested entity was not found.";
  static constexpr std::string_view kEnded =
      "The task no longer exists, though a task with this name existed recently. The task either successfully "
      "completed or was deleted.";
  static constexpr std::string_view kTaken = "Requested entity already exists";

  std::filesystem::path directory_;
  FakeClock clock_;
  HttpTaskLimits limits_;
  std::unique_ptr<SqliteStore> store_;
  std::optional<WallTime> wake_;
};

}  // namespace postrider

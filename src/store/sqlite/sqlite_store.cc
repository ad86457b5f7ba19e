// Opening the SQLite store, read from top to bottom: a private file, one writing connection, the
// schema, then the four seams on top of it.

#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "store/sqlite/account_store.h"
#include "store/sqlite/alarm_store.h"
#include "store/sqlite/alert_store.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/checkpoints.h"
#include "store/sqlite/http_task_store.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/private_file.h"
#include "store/sqlite/queue_rows.h"
#include "store/sqlite/request_store.h"
#include "store/sqlite/reseal.h"
#include "store/sqlite/sheet_store.h"
#include "store/sqlite/task_store.h"
#include "store/sqlite/template_store.h"
#include "store/sqlite/writer.h"

namespace postrider {
namespace {

constexpr auto kDefaultQueue = "email-campaign-queue";

// FULL: the log is synced at every commit. Foreign keys are checked by this connection, the only
// one that writes. The cache is small on purpose: work moves through the tables in order, and each time
// SQLite balances a tree it walks all of the cache's index at the commit.
constexpr auto kWriterSettings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = "
    "-16384; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY";

/// False for a file that holds something else; an empty one is a new database.
bool is_database(const std::string& file) {
  constexpr std::string_view magic = "SQLite format 3";
  std::ifstream in(file, std::ios::binary);
  char head[magic.size() + 1] = {};
  in.read(head, sizeof head);
  return in.gcount() == 0 || std::string_view(head, magic.size()) == magic;
}

class Store final : public SqliteStore {
 public:
  Store(const std::string& file, Clock& clock) : writer_(file, clock), checkpoints_(writer_) {}

  Result<void> prepare(const HttpTaskLimits& limits) {
    writer_.db.execute(kWriterSettings);
    if (auto migrated = sqlite::migrate(writer_.db, writer_.file); !migrated) return migrated;
    campaigns_ = sqlite::make_campaign_store(writer_);
    writer_.quarantined = campaigns_->meta("quarantined_at").has_value();
    sqlite::add_first_queue(writer_, {.name = kDefaultQueue});
    tasks_ = sqlite::make_task_store(writer_);
    accounts_ = sqlite::make_account_store(writer_);
    requests_ = sqlite::make_request_store(writer_);
    templates_ = sqlite::make_template_store(writer_);
    alerts_ = sqlite::make_alert_store(writer_);
    sheets_ = sqlite::make_sheet_store(writer_);
    alarms_ = sqlite::make_alarm_store(writer_);
    http_tasks_ = sqlite::make_http_task_store(writer_, limits);
    return {};
  }

  TaskStore& tasks() override { return *tasks_; }
  CampaignStore& campaigns() override { return *campaigns_; }
  AccountStore& accounts() override { return *accounts_; }
  RequestStore& requests() override { return *requests_; }
  TemplateStore& templates() override { return *templates_; }
  AlertStore& alerts() override { return *alerts_; }
  SheetStore& sheets() override { return *sheets_; }
  AlarmStore& alarms() override { return *alarms_; }
  HttpTaskStore& http_tasks() override { return *http_tasks_; }
  Result<Resealed> reseal(const std::function<Result<std::string>(std::string_view)>& anew,
                          const std::map<std::string, std::string>& meta) override {
    return sqlite::reseal(writer_, anew, meta);
  }

 private:
  sqlite::Writer writer_;
  sqlite::Checkpoints checkpoints_;
  std::unique_ptr<CampaignStore> campaigns_;
  std::unique_ptr<TaskStore> tasks_;
  std::unique_ptr<AccountStore> accounts_;
  std::unique_ptr<RequestStore> requests_;
  std::unique_ptr<TemplateStore> templates_;
  std::unique_ptr<AlertStore> alerts_;
  std::unique_ptr<SheetStore> sheets_;
  std::unique_ptr<AlarmStore> alarms_;
  std::unique_ptr<HttpTaskStore> http_tasks_;
};

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& file, Clock& clock,
                                                       const HttpTaskLimits& limits) {
  if (!sqlite::make_directory_of(file) || !sqlite::ensure_private_file(file)) {
    return unavailable("database_unavailable",
                       fmt::format("Cannot open the database {}: {}.", file, std::strerror(errno)));
  }
  if (!is_database(file)) {
    return invalid("not_a_database", fmt::format("{} is no Postrider database. Choose another file.", file));
  }
  auto store = std::make_unique<Store>(file, clock);
  if (auto ready = store->prepare(limits); !ready) return std::unexpected(ready.error());
  return store;
}

}  // namespace postrider

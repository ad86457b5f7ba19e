#pragma once
// The SQLite store: its seams on one file. One connection writes, guarded by a mutex, and is the
// only one that checkpoints; readers are read-only connections of their own (SQLite up to 3.51.2
// can corrupt a WAL when two connections write and checkpoint). WAL, synchronous=FULL.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/account_store.h"
#include "store/alarm_store.h"
#include "store/alert_store.h"
#include "store/campaign_store.h"
#include "store/http_task_store.h"
#include "store/request_store.h"
#include "store/sheet_store.h"
#include "store/task_store.h"
#include "store/template_store.h"

namespace postrider {

/// The lock beside the database file ("<file>.lock", flock). Whoever holds it is the one server
/// (or the one verb working without a server); its text names the owner.
class FileLock {
 public:
  /// Nothing if another process holds it; then `owner` gets its text.
  static std::unique_ptr<FileLock> try_take(const std::string& database_file, const std::string& text,
                                            std::string& owner);
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// How much was sealed anew.
struct Resealed {
  std::int64_t passwords = 0;
  std::int64_t answers = 0;  ///< of requests with an Idempotency-Key
};

class SqliteStore {
 public:
  virtual ~SqliteStore() = default;
  virtual TaskStore& tasks() = 0;
  virtual CampaignStore& campaigns() = 0;
  virtual AccountStore& accounts() = 0;
  virtual RequestStore& requests() = 0;
  virtual TemplateStore& templates() = 0;
  virtual AlertStore& alerts() = 0;
  virtual SheetStore& sheets() = 0;
  virtual AlarmStore& alarms() = 0;
  virtual HttpTaskStore& http_tasks() = 0;

  /// Replaces what is sealed with the installation's key by what `anew` makes of it, and these values of
  /// meta(), in one transaction. An error of `anew` changes nothing; a kept answer that it cannot read goes.
  virtual Result<Resealed> reseal(const std::function<Result<std::string>(std::string_view)>& anew,
                                  const std::map<std::string, std::string>& meta) = 0;

  /// Opens or creates the file (mode 0600) and brings the schema up to date. The caller holds the
  /// FileLock for as long as the store lives. A file of a newer version is an error. `limits` are of HTTP
  /// tasks.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& file, Clock& clock,
                                                   const HttpTaskLimits& limits = {});
};

}  // namespace postrider

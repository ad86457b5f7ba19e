#pragma once
// Records: what came of attempts at HTTP tasks. Under the writer's mutex, inside a transaction; store room
// only.

#include <span>
#include <vector>

#include "store/http_task_store.h"
#include "store/sqlite/http_work.h"

namespace postrider::sqlite {

class HttpTaskRecords {
 public:
  explicit HttpTaskRecords(Database& db);
  void apply(HttpWork& work, std::span<const HttpRecord> records);

 private:
  void apply_one(HttpWork& work, const HttpRecord& record);
  void fail(HttpWork& work, HotHttpQueue& queue, const HttpAttemptUnderWay& attempt,
            const HttpOutcome& outcome);
  void end(HttpWork& work, HotHttpQueue& queue, const HttpAttemptUnderWay& attempt);
  void remove_ended();

  std::vector<std::int64_t> ended_;  // keys whose rows go at the end
  Statement later_, remove_;
};

}  // namespace postrider::sqlite

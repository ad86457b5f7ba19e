#pragma once
// Claims: due HTTP tasks of queues that run, a fair share each. A queue's rate, burst, concurrency and
// throttle are looked at before any of its tasks is. Under the writer's mutex, inside a transaction; store
// room only.

#include "store/http_task_store.h"
#include "store/sqlite/http_work.h"

namespace postrider::sqlite {

class HttpTaskClaims {
 public:
  explicit HttpTaskClaims(Database& db);

  /// Up to `places` tasks that are due by `ahead` from now.
  std::vector<ClaimedHttpTask> serve(HttpWork& work, int places, Micros ahead);
  /// When there may be more to claim.
  std::optional<WallTime> wake(const HttpWork& work, Micros ahead) const;
  /// One task, whatever its queue says. `row` selects kHttpTaskColumns.
  ClaimedHttpTask force(HttpWork& work, HotHttpQueue& queue, const Statement& row);

 private:
  void take(HttpWork& work, HotHttpQueue& queue, int n, WallTime until,
            std::vector<ClaimedHttpTask>& claimed);
  ClaimedHttpTask begin(HttpWork& work, HotHttpQueue& queue, const Statement& row, bool forced);

  std::int64_t turn_ = 0;
  std::size_t octets_ = 0;  // of the bodies of this claim
  Statement immediate_, waiting_, under_way_;
};

}  // namespace postrider::sqlite

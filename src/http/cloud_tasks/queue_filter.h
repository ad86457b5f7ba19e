#pragma once
// The filter of ListQueues: "state: PAUSED", "name > projects/p/…/queues/m AND state != RUNNING". Fields
// `state` and `name`, joined by AND. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "http/cloud_tasks/rpc_status.h"
#include "queue/http_task.h"

namespace postrider::cloud_tasks {

class QueueFilter {
 public:
  /// An empty text lets every queue pass. An error says what is wrong.
  static RpcResult<QueueFilter> parse(std::string_view text);

  bool passes(const HttpQueue& queue) const;
  bool passes_all() const { return terms_.empty(); }

 private:
  struct Term {
    bool of_state = false;   ///< else of the name
    std::string comparator;  ///< one of kComparators
    std::string value;
  };
  static bool holds(const Term& term, const HttpQueue& queue);

  std::vector<Term> terms_;
};

}  // namespace postrider::cloud_tasks

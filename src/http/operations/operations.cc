#include "http/operations/operations.h"

#include <algorithm>
#include <iterator>

#include "http/api.h"

namespace postrider {

Operations api_operations() {
  Operations all;
  for (auto part :
       {health_operations, account_operations, key_operations, campaign_operations, mailbox_operations,
        queue_operations, settings_operations, suppression_operations, unsubscribe_operations,
        template_operations, stats_operations, event_operations, document_operations})
    std::ranges::move(part(), std::back_inserter(all));
  return all;
}

}  // namespace postrider

#include "http/operations/operations.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "http/api.h"

namespace postrider {

Operations api_operations() {
  Operations all;
  for (auto part : {
           health_operations,          //
           service_operations,         //
           account_operations,         //
           key_operations,             //
           campaign_operations,        //
           campaign_list_operations,   //
           campaign_run_operations,    //
           campaign_check_operations,  //
           recipient_operations,       //
           email_operations,           //
           template_operations,        //
           mailbox_operations,         //
           queue_operations,           //
           task_operations,            //
           sheet_operations,           //
           suppression_operations,     //
           unsubscribe_operations,     //
           stats_operations,           //
           settings_operations,        //
           doctor_operations,          //
           event_operations,           //
           shell_operations,           //
           document_operations,        //
       }) {
    std::ranges::move(part(), std::back_inserter(all));
  }
  return all;
}

Operations api_operations(const ApiRules& rules) {
  auto all = api_operations();
  if (rules.only_tasks) {
    constexpr std::array<std::string_view, 3> health = {"/livez", "/readyz", "/api/health"};
    std::erase_if(all, [&](const Operation& operation) {
      return !operation.path.starts_with("/api/tasks/") &&
             std::ranges::find(health, operation.path) == health.end();
    });
  }
  if (!rules.documents) {
    std::erase_if(all, [](const Operation& operation) {
      return std::ranges::find(document_paths(), operation.path) != document_paths().end();
    });
  }
  return all;
}

}  // namespace postrider

#pragma once
// What Cloud Tasks says when it does not do what we ask, in words of ours: whose turn it is, and the command
// that mends it. Pure.

#include <string>

#include "google/google_api.h"

namespace postrider {

/// Whom and what the commands name.
struct CloudTasksNames {
  std::string queue;     ///< projects/P/locations/L/queues/Q
  std::string caller;    ///< whose credentials we have; empty: not known
  std::string identity;  ///< the service account that tasks show themselves as; empty: none
};

/// Errors: alarm_queue_gone, alarms_refused, alarm_too_far, alarms_unavailable. `answer` is none of success.
Error alarm_error_of(const WebAnswer& answer, const CloudTasksNames& names);
/// There was no answer.
Error alarm_error_of(const Error& error);

/// Whether the answer is about the queue or the caller, not about one task: the next would get the same.
bool concerns_whole_queue(const WebAnswer& answer);

/// "cloudtasks.tasks.create" of Google's sentence; empty: it names none.
std::string permission_in(std::string_view message);
/// The command that gives the caller this permission.
std::string grant_command(std::string_view permission, const CloudTasksNames& names);

}  // namespace postrider

#pragma once
// Google's Cloud Tasks v2 behind the seam queue/alarm.h: an alarm is a task of a queue there
// (cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks). Its name makes repetition
// safe: one that is there, or was, is answered ALREADY_EXISTS, which is what was wanted.

#include <memory>
#include <string>

#include "google/request_pump.h"
#include "oauth/credentials.h"
#include "oauth/token_source.h"
#include "queue/alarm.h"
#include "web/web_client.h"

namespace postrider {

inline constexpr const char* kCloudTasksUrl = "https://cloudtasks.googleapis.com";
inline constexpr const char* kIamUrl = "https://iam.googleapis.com";
inline constexpr const char* kCloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform";
/// May be asked of lacking() beside the queue's own: whether tasks may show themselves as `identity`.
inline constexpr const char* kActAsPermission = "iam.serviceAccounts.actAs";

struct CloudTasksOptions {
  std::string queue;          ///< projects/P/locations/L/queues/Q
  std::string target;         ///< CLOUD_RUN_SERVICE_URL: where alarms ring; their path comes after it
  std::string identity = {};  ///< service account of the ID token that a ringing alarm brings; empty: none
  std::string audience = {};  ///< of that token; empty: `target`
  Micros dispatch_deadline = std::chrono::seconds{60};  ///< for an answer to the ring; 15 s to 30 min
  std::string url = kCloudTasksUrl;                     ///< or another server that speaks the same
  std::string iam_url = kIamUrl;
  Micros one_question = std::chrono::seconds{30};  ///< for all tries of state(), list() and lacking()
  PumpOptions pump = {};
};

/// `web` and `clock` outlive it. To lacking(): a queue that is not there grants nothing, and kActAsPermission
/// is asked of the IAM API, which may itself be off in the project (alarms_refused): ask for it by itself
/// where the other permissions matter all the same.
std::unique_ptr<Alarms> make_google_alarms(CloudTasksOptions options, Credentials credentials, WebClient& web,
                                           const Clock& clock);

/// The same with tokens of somebody else's, who outlives it too; `caller`: whose they are, for error messages
/// only.
std::unique_ptr<Alarms> make_google_alarms(CloudTasksOptions options, TokenSource& tokens, std::string caller,
                                           WebClient& web, const Clock& clock);

}  // namespace postrider

#pragma once
// ApiWorld: what the operations need of the program around them, handed in by app. Its functions are
// called on worker threads, many at once.

#include <string>
#include <string_view>
#include <vector>

#include "actions/context.h"
#include "base/log.h"
#include "http/access.h"
#include "http/api_rules.h"
#include "http/message.h"
#include "http/metrics.h"
#include "http/task_alarms.h"
#include "oauth/id_token.h"
#include "store/request_store.h"

namespace postrider {

/// By which the doctor tells this server's answers to GET /livez from others'.
inline constexpr std::string_view kProcessHeader = "Postrider-Process";

/// How the parts beneath are, for the health routes and /readyz.
struct ServerHealth {
  bool ready = true;
  std::string why;       ///< one sentence if not ready
  std::string database;  ///< "" or what is wrong with it
  bool mock = false;
};

/// A setting as it is in force; a secret shows only that it is set.
struct SettingShown {
  std::string name, value, from;
};

class ApiWorld {
 public:
  virtual ~ApiWorld() = default;
  virtual ActionContext actions(std::string who) = 0;
  virtual const ApiRules& rules() const = 0;
  virtual RequestStore& requests() = 0;
  virtual const Clock& clock() const = 0;
  virtual Log& log() = 0;
  virtual bool logs_requests() const = 0;
  virtual Metrics& metrics() = 0;
  virtual ServerHealth health() = 0;
  virtual std::vector<SettingShown> settings() const = 0;
  /// Lets the email's task be done now if its turn has come by every rule (lane, pace, window, cap, rate,
  /// lease), and waits for its end, for half a minute at most.
  virtual TaskRun run_task(EmailId id) = 0;
  /// Where a queue elsewhere rings for each email; null: our own crew does them when they are due.
  virtual TaskAlarms* alarms() { return nullptr; }
  /// Who signs the tokens that tasks of our own queues show; null: nobody.
  virtual IdTokenSigner* id_tokens() { return nullptr; }
  /// Runs the verb that the body of POST /api/shell asks for, if the caller may.
  virtual HttpAnswer shell(const Caller& caller, HttpBody body) = 0;
  virtual std::string process() const = 0;  ///< random; another one after each start
  virtual std::string version() const = 0;
  virtual std::string environment() const = 0;    ///< ENVIRONMENT
  virtual std::string database_kind() const = 0;  ///< "sqlite"
  virtual std::string database_url() const = 0;   ///< without a credential
};

}  // namespace postrider

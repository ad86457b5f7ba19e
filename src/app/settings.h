#pragma once
// Settings: what the operator has set, read through the table of settings_table.h and checked as a
// whole: all that is wrong is said at once. Pure but for load_settings, which reads the process's
// environment and the file .env.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/env_file.h"
#include "base/log.h"
#include "base/result.h"
#include "campaign/mailbox.h"
#include "http/api_rules.h"
#include "oauth/credentials.h"
#include "queue/http_task.h"
#include "store/account_store.h"
#include "web/target_rules.h"

namespace postrider {

/// The mailbox `default`, as SMTP_* and DEFAULT_FROM_* define it.
struct EnvironmentMailbox {
  Mailbox mailbox;       ///< without its sealed password
  std::string password;  ///< in clear only here
};

/// A server on another machine that verbs go to.
struct RemoteServer {
  std::string url;  ///< empty: verbs work on the database
  std::string key_file, ca_file;
};

/// How Google is reached.
struct GoogleSettings {
  CredentialPlaces credentials;
  std::string sheets_url;
};

/// Cloud Tasks, both ways: a queue elsewhere that rings for us, and our own queues for others.
struct CloudTasksSettings {
  bool rings = false;  ///< TASK_QUEUE=cloud-tasks
  QueueName queue;
  std::string service_url, base_url, token_file;
  std::string oidc_issuer, oidc_audience, oidc_email;
  bool trust_platform = false;
  /// That tasks of our own queues may show tokens of, and the name of the one key that may have them do so;
  /// empty: any with the scope tasks.
  std::map<std::string, std::string> service_accounts;
  HttpTaskLimits limits;
};

struct Settings {
  std::string database_url;
  std::string host;  ///< empty: not set
  std::optional<std::uint16_t> port;
  std::uint16_t api_port = 8000;
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  bool log_requests = false;
  std::string public_url;      ///< as parse_public_url gives it; empty: not set
  std::string secret_key;      ///< empty: the key file
  std::string new_secret_key;  ///< for `key-file rotate`
  std::optional<EnvironmentMailbox> mailbox;
  bool mock = false;
  std::int64_t recipient_limit = 0;
  std::string ca_file, hello_name;
  std::string environment;
  std::string smtp_password;                             ///< for `mailbox add` and `mailbox update`
  std::string oauth_client_secret, oauth_refresh_token;  ///< likewise
  std::string account_password;                          ///< for `account set-password`
  std::string alert_email, alert_mailbox;
  std::string alert_url, alert_key;  ///< the key of ALERT_SECRET, as webhook_key gives it
  TargetRules targets;               ///< of URLs that are not this program's own
  RemoteServer remote;
  GoogleSettings google;
  CloudTasksSettings cloud_tasks;
  ApiRules api;
  Micros session_life = kSessionLife;  ///< JWT_EXPIRE_MINUTES

  /// Where `serve` listens unless told otherwise: "127.0.0.1:8000".
  std::string listen() const;
};

/// A setting without effect, and what to do instead: "REDIS_URL has no effect: use …".
struct SettingWarning {
  std::string name;
  std::string text;
};

struct LoadedSettings {
  Settings settings;
  std::vector<SettingWarning> warnings;
  Environment from_environment, from_file;  ///< the known names, as given
};

/// The error holds one sentence for each setting that is wrong. An empty value counts as not set.
Result<LoadedSettings> read_settings(const Environment& environment, const Environment& file);

/// What links that we hand out start with: where the server that answers at `address` is reached.
std::string link_base(const Settings& settings, std::string_view address);

/// From this process's environment and `directory`/.env.
Result<LoadedSettings> load_settings(const std::string& directory);

}  // namespace postrider

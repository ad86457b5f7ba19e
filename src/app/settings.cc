#include "app/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "actions/problem.h"
#include "actions/webhook_signature.h"
#include "app/post_alert.h"
#include "app/settings_table.h"
#include "base/text.h"
#include "campaign/public_url.h"
#include "mail/address.h"
#include "web/web_client.h"

namespace postrider {
namespace {

/// The settings under their names, environment before file, with the complaints gathered on the way.
class Reader {
 public:
  Reader(const Environment& environment, const Environment& file) : environment_(environment), file_(file) {}

  std::string text(std::string_view name) const {
    const auto given = raw(name);
    return given.empty() ? std::string(find_setting(name)->standard) : given;
  }
  bool is_set(std::string_view name) const { return !raw(name).empty(); }

  std::int64_t number(std::string_view name) {
    const auto* row = find_setting(name);
    const auto given = text(name);
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), n);
    if (error != std::errc{} || end != given.data() + given.size() || n < row->low || n > row->high) {
      complain(name,
               fmt::format("must be a whole number from {} to {}, not \"{}\"", row->low, row->high, given));
      return row->low;
    }
    return n;
  }

  bool yes_no(std::string_view name) {
    const auto given = text(name);
    for (const char* yes : {"true", "1", "yes", "on"}) {
      if (equals_ignoring_case(given, yes)) return true;
    }
    for (const char* no : {"false", "0", "no", "off"}) {
      if (equals_ignoring_case(given, no)) return false;
    }
    complain(name, fmt::format("must be true or false, not \"{}\"", given));
    return false;
  }

  std::string choice(std::string_view name) {
    const auto* row = find_setting(name);
    const auto given = lower_ascii(text(name));
    for (const auto choice : split(row->choices, '|')) {
      if (choice == given) return given;
    }
    complain(name, fmt::format("must be one of {}, not \"{}\"", row->choices, given));
    return std::string(row->standard);
  }

  void complain(std::string_view name, std::string_view what) {
    problems_.push_back({"bad_setting", fmt::format("{} {}.", name, what)});
  }
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::string raw(std::string_view name) const {
    for (const auto* source : {&environment_, &file_}) {
      const auto found = source->find(std::string(name));
      if (found != source->end() && !trim(found->second).empty()) return std::string(trim(found->second));
    }
    return {};
  }

  const Environment& environment_;
  const Environment& file_;
  std::vector<Problem> problems_;
};

LogLevel level_of(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

/// In mock mode no server is needed: DEFAULT_FROM_EMAIL alone makes the mailbox.
std::optional<EnvironmentMailbox> read_mailbox(Reader& from, bool mock) {
  const bool wanted = from.is_set("SMTP_HOST") || (mock && from.is_set("DEFAULT_FROM_EMAIL"));
  const bool ssl = from.yes_no("SMTP_USE_SSL");
  const bool tls = from.yes_no("SMTP_USE_TLS");
  Mailbox mailbox;
  mailbox.name = "default";
  mailbox.host = from.is_set("SMTP_HOST") ? from.text("SMTP_HOST") : "localhost";
  mailbox.port = static_cast<std::uint16_t>(from.number("SMTP_PORT"));
  if (ssl && !from.is_set("SMTP_PORT")) mailbox.port = 465;
  mailbox.tls = ssl ? Tls::implicit : tls ? Tls::starttls : Tls::none;
  mailbox.user = from.text("SMTP_USERNAME");
  mailbox.from = from.text("DEFAULT_FROM_EMAIL");
  mailbox.from_name = from.text("DEFAULT_FROM_NAME");
  mailbox.per_minute = static_cast<int>(from.number("EMAIL_RATE_LIMIT"));
  mailbox.cap_24h = static_cast<int>(from.number("EMAIL_CAP_24H"));
  mailbox.sessions = static_cast<int>(from.number("SMTP_SESSIONS"));
  mailbox.from_environment = true;
  mailbox.mock = mock;
  if (!wanted) return std::nullopt;

  if (mailbox.from.empty() && mailbox.user.find('@') != mailbox.user.npos) mailbox.from = mailbox.user;
  if (mailbox.from.empty()) from.complain("DEFAULT_FROM_EMAIL", "is needed when SMTP_HOST is set");
  std::string password = from.text("SMTP_PASSWORD");
  if (!mailbox.user.empty() && password.empty() && !mock) {
    from.complain("SMTP_PASSWORD", "is needed when SMTP_USERNAME is set");
  }
  if (mailbox.user.empty()) password.clear();
  if (!mailbox.from.empty()) {
    if (const auto fine = validate(mailbox); !fine) {
      from.complain("SMTP_*", fmt::format("make no usable mailbox: {}", fine.error().message));
    }
  }
  return EnvironmentMailbox{std::move(mailbox), std::move(password)};
}

ApiRules read_api_rules(Reader& from) {
  ApiRules rules;
  if (auto proxies = TrustedProxies::parse(from.text("TRUSTED_PROXIES"))) {
    rules.proxies = std::move(*proxies);
  } else {
    from.complain("TRUSTED_PROXIES",
                  "lists addresses with commas between them, but " + proxies.error().message);
  }
  if (auto origins = Origins::parse(from.text("CORS_ORIGINS"))) {
    rules.origins = std::move(*origins);
  } else {
    from.complain("CORS_ORIGINS", "lists origins with commas between them, but " + origins.error().message);
  }
  rules.requests_per_minute = static_cast<int>(from.number("API_RATE_LIMIT"));
  rules.documents = from.yes_no("ENABLE_DOCS");
  return rules;
}

/// "" and "0" are 0.
Micros duration_of(Reader& from, std::string_view name) {
  const auto time = parse_duration(from.text(name));
  if (time) return *time;
  from.complain(name, "must be a time such as 24h: " + time.error().message);
  return Micros{0};
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

CloudTasksSettings read_cloud_tasks(Reader& from) {
  CloudTasksSettings settings;
  const auto either = [&](std::string_view name, std::string_view older) {
    return !from.is_set(name) && from.is_set(older) ? from.text(older) : from.text(name);
  };
  settings.rings = from.choice("TASK_QUEUE") == "cloud-tasks";
  settings.queue = {.project = either("GOOGLE_CLOUD_PROJECT", "PROJECT_ID"),
                    .location = either("CLOUD_TASKS_LOCATION", "QUEUE_LOCATION"),
                    .queue = either("CLOUD_TASKS_QUEUE", "QUEUE_NAME")};
  if (!parse_queue_name(settings.queue.text()))
    from.complain("CLOUD_TASKS_QUEUE",
                  fmt::format("and its project and location make no name: {}", settings.queue.text()));
  settings.service_url = without_slash(from.text("CLOUD_RUN_SERVICE_URL"));
  settings.base_url = without_slash(from.text("CLOUD_TASKS_BASE_URL"));
  if (!may_carry_secrets(settings.base_url))
    from.complain("CLOUD_TASKS_BASE_URL", "must begin with https://, or http:// on this machine");
  settings.token_file = from.text("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE");
  settings.oidc_issuer = without_slash(from.text("TASKS_OIDC_ISSUER"));
  settings.oidc_audience =
      from.is_set("TASKS_OIDC_AUDIENCE") ? from.text("TASKS_OIDC_AUDIENCE") : settings.service_url;
  settings.oidc_email = from.text("TASKS_OIDC_EMAIL");
  settings.trust_platform = from.yes_no("TASKS_TRUST_PLATFORM");
  for (const auto account : split(from.text("TASKS_SERVICE_ACCOUNTS"), ',')) {
    const auto equals = account.find('=');
    const auto address = trim(account.substr(0, equals));
    const auto key = equals == account.npos ? std::string_view() : trim(account.substr(equals + 1));
    if (!address.empty()) settings.service_accounts.emplace(address, key);
  }
  settings.limits.horizon = duration_of(from, "CLOUD_TASKS_HORIZON");
  settings.limits.retention = duration_of(from, "CLOUD_TASKS_RETENTION");
  settings.limits.name_window = duration_of(from, "CLOUD_TASKS_NAME_WINDOW");
  if (!settings.rings) return settings;
  // Nobody's own deployment is a default.
  for (const auto& [name, older] :
       {std::pair{"GOOGLE_CLOUD_PROJECT", "PROJECT_ID"}, std::pair{"CLOUD_TASKS_LOCATION", "QUEUE_LOCATION"},
        std::pair{"CLOUD_TASKS_QUEUE", "QUEUE_NAME"},
        std::pair{"CLOUD_RUN_SERVICE_URL", "CLOUD_RUN_SERVICE_URL"}}) {
    if (!from.is_set(name) && !from.is_set(older))
      from.complain(name, "is needed when TASK_QUEUE is cloud-tasks");
  }
  if (settings.oidc_email.empty() && !settings.trust_platform) {
    from.complain("TASKS_OIDC_EMAIL",
                  "is needed when TASK_QUEUE is cloud-tasks: the service account that the queue rings as");
  }
  return settings;
}

/// Values are not repeated: both may hold secrets.
void read_alert_target(Reader& from, Settings& settings) {
  settings.alert_url = from.text("ALERT_URL");
  if (const auto fine = check_alert_url(settings.alert_url); !settings.alert_url.empty() && !fine)
    from.complain("ALERT_URL", fine.error().message);
  if (auto key = webhook_key(from.text("ALERT_SECRET"))) {
    settings.alert_key = std::move(*key);
  } else if (from.is_set("ALERT_SECRET")) {
    from.complain("ALERT_SECRET", key.error().message);
  } else if (!settings.alert_url.empty()) {
    from.complain("ALERT_SECRET", "is needed when ALERT_URL is set: `openssl rand -hex 32` makes one");
  }
  if (auto rules = TargetRules::parse(from.text("POSTRIDER_ALLOW_PRIVATE_TARGETS"))) {
    settings.targets = std::move(*rules);
  } else {
    from.complain(
        "POSTRIDER_ALLOW_PRIVATE_TARGETS",
        fmt::format("must be true, or addresses and ranges such as 10.0.0.0/8: {}", rules.error().message));
  }
}

std::vector<SettingWarning> find_warnings(const Environment& environment, const Environment& file) {
  std::vector<SettingWarning> warnings;
  for (const auto* source : {&environment, &file}) {
    for (const auto& [name, value] : *source) {
      const auto* row = find_setting(name);
      if (source == &file && environment.contains(name) && row != nullptr) continue;
      if (row == nullptr) {
        if (source == &file) warnings.push_back({name, name + " in .env is no setting of Postrider"});
      } else if (row->state == SettingRow::State::replaced) {
        warnings.push_back({name, fmt::format("{} has no effect; use instead: {}", name, row->about)});
      }
    }
  }
  return warnings;
}

}  // namespace

std::string Settings::listen() const {
  const auto address = !host.empty() ? host : port ? "0.0.0.0" : "127.0.0.1";
  const bool v6 = address.find(':') != address.npos && !address.starts_with('[');
  return fmt::format("{}:{}", v6 ? "[" + address + "]" : address, port.value_or(api_port));
}

Result<LoadedSettings> read_settings(const Environment& environment, const Environment& file) {
  Reader from(environment, file);
  Settings settings;
  settings.database_url = from.text("DATABASE_URL");
  if (from.is_set("HOST")) settings.host = from.text("HOST");
  if (from.is_set("PORT")) settings.port = static_cast<std::uint16_t>(from.number("PORT"));
  settings.api_port = static_cast<std::uint16_t>(from.number("API_PORT"));
  settings.log_level = level_of(from.choice("LOG_LEVEL"));
  if (from.is_set("PUBLIC_URL")) {
    auto url = parse_public_url(from.text("PUBLIC_URL"));
    if (url) {
      settings.public_url = std::move(*url);
    } else {
      from.complain("PUBLIC_URL", url.error().message);
    }
  }
  settings.secret_key = from.text("SECRET_KEY");
  settings.new_secret_key = from.text("NEW_SECRET_KEY");
  for (const auto& [name, secret] : {std::pair{"SECRET_KEY", &settings.secret_key},
                                     std::pair{"NEW_SECRET_KEY", &settings.new_secret_key}}) {
    if (!secret->empty() && secret->size() < 16) from.complain(name, "needs at least 16 characters");
  }
  settings.mock = from.yes_no("MOCK_EMAIL_SENDING");
  settings.recipient_limit = from.number("MAX_RECIPIENTS_PER_CAMPAIGN");
  settings.ca_file = from.text("SMTP_CA_FILE");
  settings.log_format = from.text("LOG_FORMAT") == "json" ? LogFormat::json : LogFormat::text;
  settings.log_requests = from.yes_no("ENABLE_REQUEST_LOGGING");
  settings.environment = from.text("ENVIRONMENT");
  settings.hello_name = from.text("SMTP_HELLO_NAME");
  settings.smtp_password = from.text("POSTRIDER_SMTP_PASSWORD");
  settings.oauth_client_secret = from.text("POSTRIDER_OAUTH_CLIENT_SECRET");
  settings.oauth_refresh_token = from.text("POSTRIDER_OAUTH_REFRESH_TOKEN");
  settings.account_password = from.text("POSTRIDER_ACCOUNT_PASSWORD");
  settings.remote = {.url = from.text("POSTRIDER_SERVER"),
                     .key_file = from.text("POSTRIDER_KEY_FILE"),
                     .ca_file = from.text("POSTRIDER_SERVER_CA")};
  settings.google = {.credentials = {.file = from.text("GOOGLE_CREDENTIALS_FILE"),
                                     .json = from.text("GOOGLE_CREDENTIALS_JSON"),
                                     .application = from.text("GOOGLE_APPLICATION_CREDENTIALS"),
                                     .cloud_sdk = from.text("CLOUDSDK_CONFIG"),
                                     .home = {},
                                     .metadata = from.text("GCE_METADATA_HOST")},
                     .sheets_url = from.text("GOOGLE_SHEETS_BASE_URL")};
  while (settings.google.sheets_url.ends_with('/')) settings.google.sheets_url.pop_back();
  if (!may_carry_secrets(settings.google.sheets_url))
    from.complain("GOOGLE_SHEETS_BASE_URL", "must begin with https://, or http:// on this machine");
  settings.cloud_tasks = read_cloud_tasks(from);
  settings.alert_email = from.text("ALERT_EMAIL");
  if (!settings.alert_email.empty() && !parse_address(settings.alert_email)) {
    from.complain("ALERT_EMAIL", fmt::format("must be an email address, not \"{}\"", settings.alert_email));
  }
  settings.alert_mailbox = from.text("ALERT_MAILBOX");
  settings.api = read_api_rules(from);
  settings.session_life = std::chrono::minutes{from.number("JWT_EXPIRE_MINUTES")};
  read_alert_target(from, settings);
  settings.mailbox = read_mailbox(from, settings.mock);
  if (!from.problems().empty()) {
    return std::unexpected(
        join_problems(Error::Kind::invalid, "bad_settings", "The settings have", from.problems()));
  }
  return LoadedSettings{std::move(settings), find_warnings(environment, file), environment, file};
}

std::string link_base(const Settings& settings, std::string_view address) {
  return settings.public_url.empty() ? fmt::format("http://{}", address) : settings.public_url;
}

Result<LoadedSettings> load_settings(const std::string& directory) {
  Environment environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == text.npos) continue;
    const auto name = text.substr(0, equals);
    if (find_setting(name) != nullptr) environment.emplace(name, text.substr(equals + 1));
  }
  Environment file;
  if (std::ifstream in(directory + "/.env", std::ios::binary); in) {
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    auto read = parse_env_file(text);
    if (!read) return std::unexpected(read.error());
    file = std::move(*read);
  }
  return read_settings(environment, file);
}

}  // namespace postrider

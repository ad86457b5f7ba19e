#include "app/settings_table.h"

#include <algorithm>
#include <array>

namespace postrider {
namespace {

using Kind = SettingRow::Kind;
using State = SettingRow::State;

constexpr std::int64_t kMany = 1'000'000'000;

constexpr SettingRow text(std::string_view group, std::string_view name, std::string_view standard,
                          std::string_view about) {
  return {.group = group, .name = name, .standard = standard, .about = about};
}
constexpr SettingRow secret(std::string_view group, std::string_view name, std::string_view about) {
  return {.group = group, .name = name, .kind = Kind::secret, .about = about};
}
constexpr SettingRow number(std::string_view group, std::string_view name, std::string_view standard,
                            std::int64_t low, std::int64_t high, std::string_view about) {
  return {.group = group,
          .name = name,
          .kind = Kind::number,
          .standard = standard,
          .low = low,
          .high = high,
          .about = about};
}
constexpr SettingRow yes_no(std::string_view group, std::string_view name, std::string_view standard,
                            std::string_view about) {
  return {.group = group, .name = name, .kind = Kind::yes_no, .standard = standard, .about = about};
}
constexpr SettingRow choice(std::string_view group, std::string_view name, std::string_view standard,
                            std::string_view choices, std::string_view about) {
  return {.group = group,
          .name = name,
          .kind = Kind::choice,
          .standard = standard,
          .choices = choices,
          .about = about};
}
constexpr SettingRow replaced(std::string_view name, std::string_view about) {
  return {.group = "Replaced", .name = name, .state = State::replaced, .about = about};
}

constexpr std::array kTable = {
    text("Database", "DATABASE_URL", "sqlite:///./data/postrider.db",
         "Where everything is kept: sqlite:///relative or sqlite:////absolute. --database URL goes before "
         "it."),

    text("Server", "HOST", "127.0.0.1",
         "The IP address to listen on. With PORT set the default is 0.0.0.0. --listen ADDR:PORT goes before "
         "it."),
    number("Server", "PORT", "", 0, 65535,
           "The port to listen on, as hosting platforms set it: then the default of HOST is 0.0.0.0."),
    number("Server", "API_PORT", "8000", 0, 65535, "The port to listen on when PORT is not set."),
    text("Server", "ENVIRONMENT", "production", "What GET /api/health calls this installation."),
    text(
        "Server", "PUBLIC_URL", "",
        "Where everybody reaches this server, such as https://mail.example.org: unsubscribe links begin with it. "
        "Not set: one unsubscribes by mail."),
    choice("Server", "LOG_LEVEL", "info", "debug|info|warning|error",
           "The least important thing that is written to standard error."),
    choice("Server", "LOG_FORMAT", "text", "text|json",
           "json: a line as Cloud Logging reads it, with severity and message."),
    yes_no("Server", "ENABLE_REQUEST_LOGGING", "false",
           "One line in the log for each request: operation, status, time."),
    text(
        "Server", "TRUSTED_PROXIES", "",
        "Addresses and networks of proxies before this server, such as 127.0.0.1, 10.0.0.0/8: their X-Forwarded-For "
        "says who calls, their X-Forwarded-Proto how. Not set: these headers mean nothing."),
    text(
        "Server", "CORS_ORIGINS", "",
        "Other sites whose pages may call the API, such as https://app.example.org, with commas between them; or *: any "
        "page, with an API key and never with a login. Not set: none."),
    number("Server", "API_RATE_LIMIT", "0", 0, 1'000'000,
           "Requests a minute for each account, key, or address without either; more are 429. 0: no limit."),
    yes_no("Server", "ENABLE_DOCS", "true", "Serve the API's description: /docs, /redoc, /openapi.json."),
    secret("Server", "SECRET_KEY",
           "At least 16 characters that seal the stored secrets. Not set: postrider.key beside the database, "
           "made at the first start."),
    secret("Server", "NEW_SECRET_KEY", "What `postrider key-file rotate` puts in SECRET_KEY's place."),

    text("Mailbox from the environment", "SMTP_HOST", "",
         "The mail server of the mailbox \"default\". Set, it defines that mailbox at every start."),
    number("Mailbox from the environment", "SMTP_PORT", "587", 1, 65535,
           "Its port; 465 when SMTP_USE_SSL is true."),
    text("Mailbox from the environment", "SMTP_USERNAME", "", "Its login. Empty: no login."),
    secret("Mailbox from the environment", "SMTP_PASSWORD", "The password of that login."),
    yes_no("Mailbox from the environment", "SMTP_USE_TLS", "true",
           "Encrypt by STARTTLS; without it nothing is sent."),
    yes_no("Mailbox from the environment", "SMTP_USE_SSL", "false",
           "Encrypt from the first byte (implicit TLS); goes before SMTP_USE_TLS."),
    text("Mailbox from the environment", "DEFAULT_FROM_EMAIL", "",
         "The sender's address. Not set: SMTP_USERNAME, if that is an address."),
    text("Mailbox from the environment", "DEFAULT_FROM_NAME", "", "The sender's name."),
    number("Mailbox from the environment", "EMAIL_RATE_LIMIT", "0", 0, 10'000,
           "At most this many emails a minute; 0: no limit."),
    number("Mailbox from the environment", "EMAIL_CAP_24H", "50", 0, 1'000'000,
           "At most this many emails in any 24 hours; 0: no cap."),
    number("Mailbox from the environment", "SMTP_SESSIONS", "5", 1, 200,
           "Connections to the server at a time."),

    yes_no("Sending", "MOCK_EMAIL_SENDING", "false",
           "Every email succeeds with \"250 OK (Mock Mode)\" and no mail server is ever contacted."),
    number("Sending", "MAX_RECIPIENTS_PER_CAMPAIGN", "0", 0, kMany, "A longer list is refused; 0: no limit."),
    text("Sending", "SMTP_CA_FILE", "",
         "A PEM file of authorities to trust for mail servers, beside the system's own."),
    text("Sending", "SMTP_HELLO_NAME", "",
         "The name we give to mail servers (EHLO). Not set: this host's name."),
    secret("Sending", "POSTRIDER_SMTP_PASSWORD",
           "The password that `mailbox add` and `mailbox update` store. Not set: it is asked for on a "
           "terminal."),
    secret(
        "Sending", "POSTRIDER_OAUTH_CLIENT_SECRET",
        "The client secret that `mailbox add --oauth-client-id` and `mailbox update --ask-client-secret` store. Not "
        "set: it is asked for on a terminal."),
    secret(
        "Sending", "POSTRIDER_OAUTH_REFRESH_TOKEN",
        "The refresh token that `mailbox add --oauth-client-id` and `mailbox update --ask-refresh-token` store. Not "
        "set: it is asked for on a terminal."),

    secret("Accounts", "POSTRIDER_ACCOUNT_PASSWORD",
           "The password that `account set-password` stores. Not set: it is asked for on a terminal."),
    number(
        "Accounts", "JWT_EXPIRE_MINUTES", "43200", 5, 525'600,
        "How long a login lasts, however busy; for logins from then on. After 7 days without a request it ends anyway."),

    text(
        "Google", "GOOGLE_CREDENTIALS_FILE", "",
        "A service account's key (or an authorized_user), as the JSON file that Google's console makes. Without it, "
        "as Google's own programs: the next three settings, ~/.config/gcloud, the metadata server."),
    secret("Google", "GOOGLE_CREDENTIALS_JSON", "The same, as the JSON itself."),
    text("Google", "GOOGLE_APPLICATION_CREDENTIALS", "",
         "The same file, by the name that Google's programs read."),
    text("Google", "CLOUDSDK_CONFIG", "",
         "The folder with application_default_credentials.json (~/.config/gcloud)."),
    text("Google", "GCE_METADATA_HOST", "", "Another host in the place of Google's metadata server."),
    text("Google", "GOOGLE_SHEETS_BASE_URL", "https://sheets.googleapis.com",
         "Another server that speaks the Sheets API v4."),

    choice(
        "Cloud Tasks", "TASK_QUEUE", "embedded", "embedded|cloud-tasks",
        "cloud-tasks: a Cloud Tasks queue rings for each email, and nothing runs between two requests. Needs the "
        "next four settings."),
    text("Cloud Tasks", "GOOGLE_CLOUD_PROJECT", "local",
         "The project of the queue. Our own queues answer under it at /v2, too."),
    text("Cloud Tasks", "CLOUD_TASKS_LOCATION", "us-east1", "The queue's location."),
    text("Cloud Tasks", "CLOUD_TASKS_QUEUE", "email-campaign-queue", "The queue's name."),
    text("Cloud Tasks", "CLOUD_RUN_SERVICE_URL", "", "Where the queue reaches this service."),
    text("Cloud Tasks", "PROJECT_ID", "", "Older name of GOOGLE_CLOUD_PROJECT."),
    text("Cloud Tasks", "QUEUE_LOCATION", "", "Older name of CLOUD_TASKS_LOCATION."),
    text("Cloud Tasks", "QUEUE_NAME", "", "Older name of CLOUD_TASKS_QUEUE."),
    text("Cloud Tasks", "CLOUD_TASKS_BASE_URL", "https://cloudtasks.googleapis.com",
         "Another server that speaks Cloud Tasks v2, such as a Postrider."),
    text("Cloud Tasks", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "",
         "A file with the token for it, such as an API key of a Postrider, as gcloud reads it. Not set: the "
         "credentials under Google."),
    text("Cloud Tasks", "TASKS_OIDC_ISSUER", "https://accounts.google.com",
         "Who signs the tokens that the queue shows when it rings."),
    text("Cloud Tasks", "TASKS_OIDC_AUDIENCE", "", "For whom they are. Not set: CLOUD_RUN_SERVICE_URL."),
    text("Cloud Tasks", "TASKS_OIDC_EMAIL", "", "The service account that they name."),
    yes_no(
        "Cloud Tasks", "TASKS_TRUST_PLATFORM", "false",
        "The platform before us checks who rings, and nobody else gets through: only with serve --only tasks."),
    text("Cloud Tasks", "TASKS_SERVICE_ACCOUNTS", "",
         "Service accounts whose tokens the tasks of our own queues may show, with commas between them; "
         "ACCOUNT=KEY: only tasks made with the API key of that name."),
    text("Cloud Tasks", "CLOUD_TASKS_HORIZON", "87840h",
         "How far ahead such a task may be; Google takes 720h."),
    text("Cloud Tasks", "CLOUD_TASKS_RETENTION", "87840h", "How long it is kept; at Google 744h."),
    text("Cloud Tasks", "CLOUD_TASKS_NAME_WINDOW", "24h", "How long its name stays taken after its end."),

    text(
        "Another server", "POSTRIDER_SERVER", "",
        "Verbs go to the server at this URL (https, or http on this machine) instead of a database. --server "
        "goes before it."),
    text(
        "Another server", "POSTRIDER_KEY_FILE", "",
        "The file with an API key of that server, for its owner alone (chmod 600). --key-file goes before it."),
    text("Another server", "POSTRIDER_SERVER_CA", "",
         "A PEM file of authorities to trust for it, beside the system's own. --server-ca goes before it."),

    text(
        "Alerts", "ALERT_EMAIL", "",
        "Who is told when a mailbox stands still, a campaign ends or brakes, or nothing can be written. Empty: nobody."),
    text("Alerts", "ALERT_MAILBOX", "",
         "The mailbox that alerts leave through, if it is active. Not set: the campaign's, else the first."),
    text(
        "Alerts", "ALERT_URL", "",
        "Where alerts are posted, signed with ALERT_SECRET: https, or http on this machine. Empty: nowhere."),
    secret("Alerts", "ALERT_SECRET",
           "What the receiver knows the posts by: at least 16 characters, or whsec_ and base64."),
    text("Alerts", "POSTRIDER_ALLOW_PRIVATE_TARGETS", "",
         "Addresses beside public ones that ALERT_URL may lead to: ranges such as 10.0.0.0/8 127.0.0.1, or "
         "true for all private ones."),

    replaced("ENABLE_PERFORMANCE_MONITORING",
             "nothing: GET /metrics is always there, for callers with the scope metrics."),
    replaced("MONITORING_API_KEY", "`postrider key create --name monitoring --scope metrics`."),
    replaced("API_HOST", "HOST."),
    replaced("API_RELOAD", "nothing: the program is compiled; restart it."),
    replaced("RELOAD", "nothing: the program is compiled; restart it."),
    replaced("DEBUG", "LOG_LEVEL=debug."),
    replaced("DB_POOL_SIZE", "nothing: the database's connections need no tuning."),
    replaced("DB_MAX_OVERFLOW", "nothing: the database's connections need no tuning."),
    replaced("EMAIL_RETRY_ATTEMPTS", "`campaign create --max-tries N`."),
    replaced("EMAIL_RETRY_DELAY_SECONDS", "`queue update NAME --min-backoff 300s`."),
    replaced("CAMPAIGN_TIMEOUT_MINUTES",
             "`campaign create --max-age 5d`; a campaign itself never times out."),
    replaced("GOOGLE_SHEETS_SCOPES", "nothing: the scope follows from what is done with a sheet."),
    replaced("JWT_ALGORITHM", "nothing: logins are random tokens, not signed claims."),
    replaced("LOG_FILE", "the shell or the service manager: the log goes to standard error."),
    replaced("ENABLE_TEST_ENDPOINTS",
             "nothing: there are no test routes. `postrider demo` and `postrider catch`."),
    replaced("REDIS_URL", "nothing: the database holds everything."),
    replaced("CACHE_TTL", "nothing: there is no cache to expire."),
    replaced("SENTRY_DSN", "nothing: errors are in the log and leave this machine only with it."),
    replaced("BACKUP_*", "`postrider backup FILE`, from cron or a timer."),
    replaced("REACT_APP_API_URL", "nothing: page and API come from the same address."),
};

std::string row_of(const SettingRow& row) {
  std::string kind(to_string(row.kind));
  if (row.kind == Kind::number && row.high != kMany) {
    kind += " " + std::to_string(row.low) + " to " + std::to_string(row.high);
  }
  if (row.kind == Kind::choice) {
    kind.clear();
    for (const char c : row.choices) kind += c == '|' ? std::string(", ") : std::string(1, c);
  }
  std::string standard = row.standard.empty() ? "" : "`" + std::string(row.standard) + "`";
  return "| `" + std::string(row.name) + "` | " + kind + " | " + standard + " | " + std::string(row.about) +
         " |\n";
}

}  // namespace

std::span<const SettingRow> settings_table() {
  return kTable;
}

const SettingRow* find_setting(std::string_view name) {
  const auto fits = [name](const SettingRow& row) {
    if (row.name.ends_with('*')) return name.starts_with(row.name.substr(0, row.name.size() - 1));
    return row.name == name;
  };
  const auto found = std::ranges::find_if(kTable, fits);
  return found == kTable.end() ? nullptr : &*found;
}

std::string_view to_string(SettingRow::Kind kind) {
  switch (kind) {
    case Kind::text:
      return "text";
    case Kind::number:
      return "number";
    case Kind::yes_no:
      return "true or false";
    case Kind::choice:
      return "choice";
    case Kind::secret:
      return "secret";
  }
  return "text";
}

std::string env_example() {
  std::string out =
      "# Settings of Postrider. Copy this file to .env and take the # off what you set.\n"
      "# The environment goes before this file. docs/settings.md says more.\n";
  std::string_view group;
  for (const auto& row : kTable) {
    if (row.state != State::effective) continue;
    if (row.group != group) {
      group = row.group;
      out += "\n# ---- " + std::string(group) + "\n";
    }
    out += "\n# " + std::string(row.about) + "\n# " + std::string(row.name) + "=" +
           std::string(row.standard) + "\n";
  }
  return out;
}

std::string settings_markdown() {
  std::string out =
      "# Settings\n\n"
      "Postrider reads its settings from the environment and from a file `.env` in the working directory, "
      "which has\n"
      "lines of `NAME=value`. The environment goes before the file. `postrider settings` shows what is set, "
      "and where.\n"
      "A setting that is wrong stops the start; all that is wrong is said at once.\n\n"
      "This page is made by `postrider settings --markdown`.\n";
  std::string_view group;
  for (const auto& row : kTable) {
    if (row.state != State::effective) continue;
    if (row.group != group) {
      group = row.group;
      out +=
          "\n## " + std::string(group) + "\n\n| name | kind | default | what it does |\n|---|---|---|---|\n";
    }
    out += row_of(row);
  }
  const auto list = [&out](State state, std::string_view title, std::string_view intro,
                           std::string_view column) {
    out += "\n## " + std::string(title) + "\n\n" + std::string(intro) + "\n\n| name | " +
           std::string(column) + " |\n|---|---|\n";
    for (const auto& row : kTable) {
      if (row.state == state) out += "| `" + std::string(row.name) + "` | " + std::string(row.about) + " |\n";
    }
  };
  list(State::replaced, "Replaced",
       "Names that similar systems use. They have no effect; the server says so once at its start.",
       "use instead");
  return out;
}

}  // namespace postrider

// The server itself: what stands at its root, and how its database and its default mailbox are. Nobody is
// logged in anywhere to answer: a mailbox is as its last emails left it.

#include <boost/json.hpp>

#include "base/text.h"
#include "campaign/mailbox_advice.h"
#include "http/operations/operations.h"
#include "http/world.h"
#include "queue/verdict.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kDescription =
    "Email campaigns in which every single email is its own durable, scheduled task.";
constexpr auto kPage =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Postrider</title>\n"
    "<link rel=\"stylesheet\" href=\"/assets/postrider.css\">\n<main>\n<h1>Postrider</h1>\n"
    "<p>Email campaigns in which every single email is its own durable, scheduled task.</p>\n"
    "<p><a href=\"/login\">Sign in</a>";
constexpr auto kLinkToDocs = " · <a href=\"/docs\">The API</a>";
constexpr auto kEndOfPage = "</p>\n</main>\n</html>\n";

/// A browser names text/html and, of everything else, says only that it would do.
bool prefers_html(const HttpHead& head) {
  const auto accepted = lower_ascii(head.header("Accept"));
  const auto html = accepted.find("text/html");
  return html != std::string::npos && html < accepted.find("application/json");
}

HttpAnswer root(Call& call) {
  if (prefers_html(call.head)) {
    HttpAnswer page{.content_type = "text/html; charset=utf-8", .body = kPage};
    if (call.world.rules().documents) page.body += kLinkToDocs;
    page.body += kEndOfPage;
    page.set("Content-Security-Policy",
             "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'");
    page.set("Vary", "Accept");
    return page;
  }
  json::object out{{"message", "Postrider"},
                   {"description", kDescription},
                   {"docs", call.world.rules().documents ? json::value("/docs") : json::value(nullptr)},
                   {"health", "/api/health"},
                   {"timestamp", format_rfc3339(call.world.clock().wall_now())}};
  if (call.caller.known()) out["version"] = call.world.version();
  auto answer = json_answer(out);
  answer.set("Vary", "Accept");
  return answer;
}

HttpAnswer database(Call& call) {
  const auto trouble = call.world.health().database;
  return json_answer(json::object{{"status", trouble.empty() ? "healthy" : "unhealthy"},
                                  {"connection", trouble.empty() ? "ok" : trouble},
                                  {"database_info",
                                   {{"database_url", call.world.database_url()},
                                    {"database_type", call.world.database_kind()},
                                    {"environment", call.world.environment()},
                                    {"echo_queries", false}}},
                                  {"timestamp", format_rfc3339(call.world.clock().wall_now())}},
                     trouble.empty() ? 200 : 503);
}

/// The mailbox a new campaign gets when it names none; without that one, any.
std::optional<Mailbox> default_mailbox(CampaignStore& store) {
  const auto all = store.mailboxes();
  for (const auto& mailbox : all) {
    if (mailbox.name == "default") return mailbox;
  }
  return all.empty() ? std::nullopt : std::optional(all.front());
}

json::object config_of(Call& call, const Mailbox& mailbox) {
  const auto queues = call.actions.store.queues();
  const auto retry =
      retry_rules(std::nullopt, std::nullopt, queues.empty() ? QueueSettings{} : queues.front().settings);
  const auto pause = queues.empty() ? Micros{} : queues.front().settings.min_backoff;
  return {{"mailbox", mailbox.name},
          {"smtp_host", mailbox.host},
          {"smtp_port", mailbox.port},
          {"use_tls", mailbox.tls == Tls::starttls},
          {"use_ssl", mailbox.tls == Tls::implicit},
          {"default_from_email", mailbox.from},
          {"default_from_name", mailbox.from_name},
          {"mock_mode", mailbox.mock || call.world.health().mock},
          {"rate_limit", mailbox.per_minute},
          {"max_retry_attempts", retry.max_tries},
          {"retry_delay", std::chrono::ceil<std::chrono::seconds>(pause).count()}};
}

HttpAnswer email(Call& call) {
  json::object out{{"status", "unhealthy"},
                   {"connection", "There is no mailbox to send from: add one."},
                   {"config", nullptr},
                   {"timestamp", format_rfc3339(call.world.clock().wall_now())}};
  const auto mailbox = default_mailbox(call.actions.store);
  if (!mailbox) return json_answer(out, 503);
  const bool well = mailbox->status == MailboxStatus::active;
  const auto standing = standing_of(*mailbox);
  out["status"] = well ? "healthy" : "unhealthy";
  out["connection"] = standing.empty() ? "ok" : standing;
  out["config"] = config_of(call, *mailbox);
  return json_answer(out, well ? 200 : 503);
}

Schema root_schema() {
  return ObjectSchema("Root")
      .needs("message", text())
      .needs("description", text())
      .needs("docs", text())
      .needs("health", text())
      .needs("timestamp", moment())
      .may("version", text().about("with a credential only"));
}

Schema database_schema() {
  const Schema about = ObjectSchema("DatabaseInfo")
                           .needs("database_url", text().about("without a credential"))
                           .needs("database_type", text())
                           .needs("environment", text())
                           .needs("echo_queries", boolean());
  return ObjectSchema("DatabaseHealth")
      .needs("status", one_of({"healthy", "unhealthy"}))
      .needs("connection", text().about("ok, or what is wrong"))
      .needs("database_info", about)
      .needs("timestamp", moment());
}

Schema email_schema() {
  const Schema config =
      ObjectSchema("MailboxConfig")
          .needs("mailbox", text())
          .needs("smtp_host", text())
          .needs("smtp_port", whole(0, 65535))
          .needs("use_tls", boolean().about("STARTTLS"))
          .needs("use_ssl", boolean().about("TLS from the first byte"))
          .needs("default_from_email", text())
          .needs("default_from_name", text())
          .needs("mock_mode", boolean())
          .needs("rate_limit", whole(0, 1'000'000).about("emails a minute; 0: none"))
          .needs("max_retry_attempts", whole(1, 1000))
          .needs("retry_delay", whole(0, 1'000'000'000).about("seconds, before the second try"));
  return ObjectSchema("EmailHealth")
      .needs("status", one_of({"healthy", "unhealthy"}))
      .needs("connection", text().about("ok, or why the mailbox does not send and what to do"))
      .needs("config", config.or_null())
      .needs("timestamp", moment());
}

}  // namespace

Operations service_operations() {
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/",
                 .id = "getRoot",
                 .tag = "health",
                 .access = Access::open,
                 .summary = "What this is, and where to go on; a page for browsers",
                 .cli = "postrider version",
                 .answers = {{200, "what this is", root_schema()}},
                 .handle = root});
  all.push_back({.method = "GET",
                 .path = "/api/health/database",
                 .id = "getDatabaseHealth",
                 .tag = "health",
                 .access = Access::viewer,
                 .summary = "How the database is",
                 .cli = "postrider status --json",
                 .answers = {{200, "well", database_schema()}, {503, "not well", database_schema()}},
                 .handle = database});
  all.push_back({.method = "GET",
                 .path = "/api/health/email",
                 .id = "getEmailHealth",
                 .tag = "health",
                 .access = Access::viewer,
                 .summary = "How the default mailbox is, as its last emails left it",
                 .cli = "postrider mailbox list --json",
                 .answers = {{200, "well", email_schema()}, {503, "not well, or none", email_schema()}},
                 .handle = email});
  return all;
}

}  // namespace postrider

#include "http/nouns/nouns_json.h"

#include <fmt/format.h>

#include "campaign/mailbox_advice.h"
#include "http/nouns/json_values.h"

namespace postrider {

namespace json = boost::json;

namespace {

/// Null for an id that is not set.
template <class Tag>
json::value id_json(Id<Tag> id) {
  return id ? json::value(id.value) : json::value(nullptr);
}

json::value number_or_null(int number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

json::value window_json(const std::optional<Window>& window) {
  if (!window) return nullptr;
  return {{"start_hour", window->start_hour},
          {"end_hour", window->end_hour},
          {"weekdays_only", window->weekdays_only},
          {"zone", window->zone}};
}

}  // namespace

json::value test_json(const std::optional<TestMode>& test) {
  return test ? json::value(to_string(*test)) : json::value(nullptr);
}

MailboxNames mailbox_names(CampaignStore& store) {
  MailboxNames names;
  for (const auto& mailbox : store.mailboxes()) names[mailbox.id] = mailbox.name;
  return names;
}

std::string mailbox_name(const MailboxNames& names, MailboxId id) {
  if (!id) return "-";
  const auto known = names.find(id);
  return known == names.end() ? fmt::format("({})", id.value) : known->second;
}

namespace {

json::value oauth_value(const Mailbox& mailbox) {
  const auto& oauth = mailbox.oauth;
  if (!oauth) return nullptr;
  return {{"client_id", oauth->client_id},
          {"token_uri", oauth->token_uri},
          {"scope", oauth->scope},
          {"has_client_secret", !oauth->client_secret_sealed.empty()},
          {"has_refresh_token", !oauth->refresh_token_sealed.empty()},
          {"needs_consent", needs_consent(mailbox)}};
}

}  // namespace

json::object to_json(const Mailbox& mailbox, std::int64_t sent_last_24h) {
  return {{"id", mailbox.id.value},
          {"name", mailbox.name},
          {"from", mailbox.from},
          {"from_name", mailbox.from_name},
          {"smtp_host", mailbox.host},
          {"smtp_port", mailbox.port},
          {"tls", to_string(mailbox.tls)},
          {"user", mailbox.user},
          {"has_password", !mailbox.password_sealed.empty()},
          {"oauth", oauth_value(mailbox)},
          {"cap_24h", mailbox.cap_24h},
          {"per_minute", mailbox.per_minute},
          {"sessions", mailbox.sessions},
          {"tls_pin", mailbox.pin},
          {"has_tls_ca", !mailbox.ca_pem.empty()},
          {"postal_address", mailbox.postal_address},
          {"footer", mailbox.footer},
          {"unsubscribe_address", mailbox.unsubscribe_address},
          {"quota_clock", mailbox.quota_clock.empty() ? "rolling" : mailbox.quota_clock},
          {"size_limit", mailbox.size_limit == 0 ? json::value(nullptr) : json::value(mailbox.size_limit)},
          {"from_environment", mailbox.from_environment},
          {"mock", mailbox.mock},
          {"status", to_string(mailbox.status)},
          {"why", mailbox.why},
          {"standing", standing_of(mailbox)},
          {"paused_until", time_value(mailbox.paused_until)},
          {"sent_last_24h", sent_last_24h},
          {"created_at", time_value(mailbox.created)}};
}

json::object to_json(const Counts& counts) {
  return {{"total", counts.total()},   {"sent", counts.sent},       {"failed", counts.failed},
          {"bounced", counts.bounced}, {"skipped", counts.skipped}, {"uncertain", counts.uncertain},
          {"pending", counts.pending}};
}

json::object to_json(const Waiting& waiting) {
  return {{"what", waiting.what}, {"until", time_value(waiting.until)}};
}

json::object to_json(const Campaign& campaign, const MailboxNames& names, const QueueSettings& queue) {
  const auto retry = retry_rules(campaign.max_tries, campaign.max_age, queue);
  json::array mailboxes, columns;
  for (const auto id : campaign.mailboxes) mailboxes.emplace_back(mailbox_name(names, id));
  for (const auto& column : campaign.columns)
    columns.push_back({{"header", column.header}, {"empty", column.empty}});
  json::array attachments;
  for (const auto& file : campaign.content.attachments)
    attachments.push_back({{"name", file.name}, {"media_type", file.media_type}, {"size", file.size}});
  json::value brake = nullptr;
  if (campaign.brake_refusals > 0) {
    brake = {{"refusals", campaign.brake_refusals}, {"percent", campaign.brake_percent}};
  }
  return {{"id", campaign.id.value},
          {"name", campaign.name},
          {"description", campaign.description},
          {"status", to_string(campaign.status)},
          {"why", campaign.why},
          {"subject", campaign.subject},
          {"message", campaign.message},
          {"format", to_string(campaign.content.format)},
          {"text", campaign.content.text},
          {"from_name", campaign.content.from_name},
          {"reply_to", campaign.content.reply_to},
          {"kind", to_string(campaign.content.kind)},
          {"list_unsubscribe", campaign.content.list_unsubscribe},
          {"headers", json::value_from(campaign.content.headers)},
          {"template", campaign.from_template ? json::value{{"id", campaign.from_template->id.value},
                                                            {"version", campaign.from_template->version}}
                                              : json::value(nullptr)},
          {"attachments", std::move(attachments)},
          {"test_to", test_json(campaign.test)},
          {"source", campaign.source},
          {"left_out",
           {{"bad", campaign.bad_rows},
            {"duplicate", campaign.duplicate_rows},
            {"suppressed", campaign.suppressed_rows}}},
          {"columns", std::move(columns)},
          {"mailboxes", std::move(mailboxes)},
          {"queue", queue.name},
          {"pace", format_pace(campaign.pace)},
          {"window", window_json(campaign.window)},
          {"max_tries", retry.max_tries},
          {"max_age", format_duration(retry.max_age)},
          {"on_uncertain", to_string(campaign.on_uncertain)},
          {"skip_unresolved", campaign.skip_unresolved},
          {"brake", std::move(brake)},
          {"counts", to_json(campaign.counts)},
          {"success_rate", campaign.counts.success_rate()},
          {"created_at", time_value(campaign.created)},
          {"updated_at", time_value(campaign.updated)},
          {"scheduled_at", time_value(campaign.scheduled_at)},
          {"started_at", time_value(campaign.started_at)},
          {"completed_at", time_value(campaign.completed_at)}};
}

json::object to_json(const EmailView& email, const Campaign& campaign, const MailboxNames& names) {
  json::object fields;
  for (std::size_t i = 0; i < campaign.columns.size(); ++i) {
    fields[campaign.columns[i].header] = i < email.values.size() ? email.values[i] : "";
  }
  return {{"id", id_json(email.id)},
          {"campaign_id", campaign.id.value},
          {"ordinal", email.ordinal},
          {"test_to", test_json(campaign.test)},
          {"row", email.source_row},
          {"email", email.address},
          {"name", email.name},
          {"fields", std::move(fields)},
          {"status", to_string(email.status)},
          {"mailbox", email.mailbox ? json::value(mailbox_name(names, email.mailbox)) : json::value(nullptr)},
          {"send_attempts", email.tries},
          {"max_send_attempts", email.max_tries},
          {"planned_at", time_value(email.due)},
          {"sent_at", time_value(email.sent_at)},
          {"finished_at", time_value(email.finished_at)},
          {"message_id", email.message_id},
          {"code", number_or_null(email.code)},
          {"enhanced", email.enhanced},
          {"server_text", email.server_text},
          {"reason", email.reason}};
}

json::object to_json(const AttemptView& attempt, const MailboxNames& names) {
  return {{"number", attempt.number},
          {"mailbox", mailbox_name(names, attempt.mailbox)},
          {"started_at", time_value(attempt.started)},
          {"ended_at", time_value(attempt.ended)},
          {"charged", attempt.charged},
          {"disposition", attempt.disposition},
          {"stage", attempt.stage},
          {"code", number_or_null(attempt.code)},
          {"enhanced", attempt.enhanced},
          {"server_text", attempt.server_text},
          {"reason", attempt.reason}};
}

json::object to_json(const QueueView& queue) {
  const auto& settings = queue.settings;
  return {{"id", queue.id.value},
          {"name", settings.name},
          {"state", queue.paused ? "PAUSED" : "RUNNING"},
          {"max_dispatches_per_second", settings.max_dispatches_per_second},
          {"max_burst_size", settings.max_burst()},
          {"max_concurrent_dispatches", settings.max_concurrent_dispatches},
          {"max_attempts", settings.max_attempts},
          {"max_retry_duration", format_duration(settings.max_retry_duration)},
          {"min_backoff", format_duration(settings.min_backoff)},
          {"max_backoff", format_duration(settings.max_backoff)},
          {"max_doublings", settings.max_doublings},
          {"purged_at", time_value(queue.purged_at)},
          {"tasks", queue.tasks}};
}

json::object to_json(const TaskView& task, const MailboxNames& names) {
  return {{"id", task.id.value},
          {"kind", to_string(task.kind)},
          {"state", to_string(task.state)},
          {"campaign_id", id_json(task.campaign)},
          {"mailbox", task.mailbox ? json::value(mailbox_name(names, task.mailbox)) : json::value(nullptr)},
          {"due_at", time_value(task.due)},
          {"attempts", task.attempts},
          {"email", task.address.empty() ? json::value(nullptr) : json::value(task.address)}};
}

json::object to_json(const Suppression& suppression) {
  return {{"key", suppression.key},
          {"kind", to_string(suppression.kind)},
          {"reason", suppression.reason},
          {"campaign_id", id_json(suppression.campaign)},
          {"created_at", time_value(suppression.created)}};
}

std::string_view to_string(TaskKind kind) {
  switch (kind) {
    case TaskKind::email:
      return "email";
    case TaskKind::plan:
      return "plan";
  }
  return "";
}

std::string_view to_string(TaskState state) {
  switch (state) {
    case TaskState::scheduled:
      return "scheduled";
    case TaskState::running:
      return "running";
    case TaskState::committing:
      return "committing";
  }
  return "";
}

std::string show_test(const TestMode& test, const std::string& catch_directory) {
  return test.to_catcher() ? "test mode: nothing leaves this machine, all goes into " + catch_directory
                           : fmt::format("test mode: every email goes to {} only", test.tester);
}

std::string show_window(const std::optional<Window>& window) {
  if (!window) return "always";
  return fmt::format("{}-{} {} {}", window->start_hour, window->end_hour,
                     window->weekdays_only ? "Mon-Fri" : "every day", window->zone);
}

boost::json::object to_json(const SavedTemplate& saved) {
  return {{"id", saved.id.value},
          {"name", saved.name},
          {"description", saved.description},
          {"subject", saved.subject},
          {"message", saved.message},
          {"format", to_string(saved.format)},
          {"variables", boost::json::value_from(saved.variables)},
          {"version", saved.version},
          {"created", format_rfc3339(saved.created)},
          {"updated", format_rfc3339(saved.updated)}};
}

boost::json::object to_json(const Account& account) {
  return {{"id", account.id.value},
          {"name", account.name},
          {"role", to_string(account.role)},
          {"created", format_rfc3339(account.created)},
          {"disabled", account.disabled}};
}

boost::json::object to_json(const ApiKey& key) {
  boost::json::array scopes;
  for (const auto& scope : key.scopes) scopes.emplace_back(scope);
  return {{"id", key.id.value},
          {"name", key.name},
          {"role", key.role ? boost::json::value(to_string(*key.role)) : boost::json::value(nullptr)},
          {"scopes", std::move(scopes)},
          {"starts_with", key.prefix},
          {"created", format_rfc3339(key.created)},
          {"last_used", time_value(key.last_used)},
          {"expires", time_value(key.expires)},
          {"revoked", time_value(key.revoked)}};
}

boost::json::object to_json(const Finding& finding) {
  return {{"area", finding.area},
          {"severity", to_string(finding.severity)},
          {"cause", finding.cause},
          {"evidence", finding.evidence},
          {"next", finding.next}};
}

}  // namespace postrider

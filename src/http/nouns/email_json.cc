#include "http/nouns/email_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/nouns/json_values.h"

namespace postrider {

namespace json = boost::json;

namespace {

/// "250 2.0.0 queued as 4711"; null before any reply.
json::value whole_reply(const EmailView& email) {
  if (email.code == 0) return nullptr;
  auto text = std::to_string(email.code);
  for (const auto& part : {email.enhanced, email.server_text}) {
    if (!part.empty()) text += " " + part;
  }
  return json::string(text);
}

/// Why it was not sent, or not yet; a sent one has no error whatever came before.
json::value error_of(const EmailView& email) {
  if (email.status == EmailStatus::sent || email.reason.empty()) return nullptr;
  return json::string(email.reason);
}

json::value id_or_null(EmailId id) {
  return id ? json::value(id.value) : json::value(nullptr);
}

json::value code_or_null(int code) {
  return code == 0 ? json::value(nullptr) : json::value(code);
}

json::object fields_of(const Campaign& campaign, const EmailView& email) {
  json::object fields;
  for (std::size_t i = 0; i < campaign.columns.size(); ++i) {
    fields[campaign.columns[i].header] = i < email.values.size() ? email.values[i] : "";
  }
  return fields;
}

}  // namespace

EmailJson::EmailJson(ActionContext& context)
    : store_(context.store), sheets_(context.sheet_store), message_ids_(context) {
  for (const auto& mailbox : store_.mailboxes()) mailboxes_[mailbox.id] = mailbox.name;
}

bool EmailJson::shown_in_sheet(CampaignId campaign, const EmailView& email) const {
  if (email.status != EmailStatus::sent || !email.sent_at) return false;
  const auto [known, fresh] = shown_.try_emplace(campaign);
  if (fresh) {
    if (const auto link = sheets_.find(campaign)) known->second = link->shown_at;
  }
  return known->second && *email.sent_at <= *known->second;
}

json::value EmailJson::mailbox(MailboxId id) const {
  if (!id) return nullptr;
  const auto known = mailboxes_.find(id);
  return json::string(known == mailboxes_.end() ? fmt::format("({})", id.value) : known->second);
}

json::object EmailJson::send(const Campaign& campaign, const EmailView& email, EmailTexts& texts) const {
  const auto text = texts.write(email);
  const auto created = campaign.started_at.value_or(campaign.created);
  const auto updated =
      std::max({created, email.tried_at.value_or(created), email.finished_at.value_or(created)});
  return {{"id", id_or_null(email.id)},
          {"campaign_id", campaign.id.value},
          {"ordinal", email.ordinal},
          {"recipient_email", email.address},
          {"recipient_name", text_or_null(email.name)},
          {"personalized_subject", text ? json::value(text->subject) : json::value(nullptr)},
          {"personalized_message", text ? json::value(text->message) : json::value(nullptr)},
          {"personalization_error", text ? json::value(nullptr) : json::value(text.error())},
          {"status", to_string(email.status)},
          {"send_attempts", email.tries},
          {"max_send_attempts", email.max_tries},
          {"created_at", format_rfc3339(created)},
          {"updated_at", format_rfc3339(updated)},
          {"planned_at", time_value(email.due)},
          {"sent_at", time_value(email.sent_at)},
          {"error_message", error_of(email)},
          {"smtp_response", whole_reply(email)},
          {"sheet_row_number", email.source_row},
          {"marked_as_sent_in_sheet", shown_in_sheet(campaign.id, email)}};
}

json::object EmailJson::recipient(const Campaign& campaign, EmailView email) const {
  message_ids_.fill(campaign.id, email);
  return {{"id", id_or_null(email.id)},
          {"campaign_id", campaign.id.value},
          {"ordinal", email.ordinal},
          {"row", email.source_row},
          {"email", email.address},
          {"name", text_or_null(email.name)},
          {"fields", fields_of(campaign, email)},
          {"status", to_string(email.status)},
          {"mailbox", mailbox(email.mailbox)},
          {"send_attempts", email.tries},
          {"max_send_attempts", email.max_tries},
          {"planned_at", time_value(email.due)},
          {"sent_at", time_value(email.sent_at)},
          {"finished_at", time_value(email.finished_at)},
          {"message_id", text_or_null(email.message_id)},
          {"code", code_or_null(email.code)},
          {"enhanced", text_or_null(email.enhanced)},
          {"server_text", text_or_null(email.server_text)},
          {"reason", text_or_null(email.reason)}};
}

json::object EmailJson::attempt(const AttemptView& attempt) const {
  return {{"number", attempt.number},
          {"mailbox", mailbox(attempt.mailbox)},
          {"started_at", format_rfc3339(attempt.started)},
          {"ended_at", format_rfc3339(attempt.ended)},
          {"charged", attempt.charged},
          {"disposition", attempt.disposition},
          {"stage", attempt.stage},
          {"code", code_or_null(attempt.code)},
          {"enhanced", text_or_null(attempt.enhanced)},
          {"server_text", text_or_null(attempt.server_text)},
          {"reason", text_or_null(attempt.reason)}};
}

json::object EmailJson::history(const Campaign& campaign, const EmailView& email, EmailTexts& texts) const {
  auto out = send(campaign, email, texts);
  for (auto& [field, value] : recipient(campaign, email)) {
    if (field != "email" && field != "name" && field != "row") out[field] = std::move(value);
  }
  json::array attempts;
  if (email.id) {
    for (const auto& one : store_.attempts(email.id)) attempts.push_back(attempt(one));
  }
  out["attempts"] = std::move(attempts);
  return out;
}

json::object EmailJson::uncertain(CampaignId campaign, EmailView email) const {
  message_ids_.fill(campaign, email);
  return {{"id", email.id.value},
          {"campaign_id", campaign.value},
          {"row", email.source_row},
          {"email", email.address},
          {"name", text_or_null(email.name)},
          {"mailbox", mailbox(email.mailbox)},
          {"send_attempts", email.tries},
          {"message_id", text_or_null(email.message_id)},
          {"finished_at", time_value(email.finished_at)},
          {"reason", text_or_null(email.reason)}};
}

}  // namespace postrider

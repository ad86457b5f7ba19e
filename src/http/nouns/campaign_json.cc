#include "http/nouns/campaign_json.h"

#include <boost/json.hpp>
#include <cmath>

#include "actions/notices.h"
#include "http/nouns/json_values.h"

namespace postrider {

namespace json = boost::json;

namespace {

json::value percent(std::int64_t part, std::int64_t whole) {
  if (part == 0) return 0;
  if (part == whole) return 100;
  return std::round(10'000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 100.0;
}

std::int64_t tried(const Counts& counts) {
  return counts.sent + counts.failed + counts.bounced;
}

/// A draft's own start counts until the campaign has been started, perhaps at another time.
std::optional<WallTime> start_of(const Campaign& campaign) {
  return campaign.status == CampaignStatus::draft ? campaign.form.start_at : campaign.scheduled_at;
}

/// Whole minutes of a gap that may have been given in seconds elsewhere; `pace` has it exactly.
std::int64_t minutes(Micros gap) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::minutes>(gap).count());
}

}  // namespace

json::value success_percent(const Counts& counts) {
  return percent(counts.sent, tried(counts));
}

json::object campaign_json(ActionContext& context, const Campaign& campaign) {
  const auto& counts = campaign.counts;
  const bool paced = !campaign.pace.none();
  const auto& pace = paced ? campaign.pace : campaign.form.pace;
  const auto window = campaign.window.value_or(campaign.form.window);
  const auto start = start_of(campaign);
  json::array mailboxes, headers, files, columns;
  for (const auto id : campaign.mailboxes) {
    if (const auto mailbox = context.store.mailbox(id)) mailboxes.emplace_back(mailbox->name);
  }
  for (const auto& header : campaign.content.headers) headers.emplace_back(header);
  for (const auto& file : campaign.content.attachments)
    files.push_back({{"name", file.name}, {"media_type", file.media_type}, {"size", file.size}});
  for (const auto& column : campaign.columns)
    columns.push_back({{"header", column.header}, {"empty", column.empty}});
  std::string queue_name;
  QueueSettings queue;
  for (const auto& view : context.store.queues()) {
    if (view.id == campaign.queue) queue = view.settings;
  }
  const auto link = context.sheet_store.find(campaign.id);
  json::array notices;
  for (const auto& notice : notices_of(context, campaign.id)) {
    notices.push_back(
        {{"code", notice.code}, {"message", notice.message}, {"since", format_rfc3339(notice.since)}});
  }
  const bool braked = campaign.brake_refusals > 0;
  json::value waiting = nullptr;
  if (!is_final(campaign.status) && campaign.status != CampaignStatus::draft) {
    const auto found = context.store.waiting(campaign.id, context.clock.wall_now());
    waiting = {{"what", found.what}, {"until", time_value(found.until)}};
  }
  return {
      {"id", campaign.id.value},
      {"name", campaign.name},
      {"description", text_or_null(campaign.description)},
      {"subject", campaign.subject},
      {"message", campaign.message},
      {"google_sheet_id", text_or_null(campaign.form.sheet_id)},
      {"google_sheet_range", campaign.form.sheet_range},
      {"google_sheet_status_column", link ? json::value(link->status_header) : json::value(nullptr)},
      {"write_back", link && link->write_back},
      {"notices", std::move(notices)},
      {"send_immediately", !start},
      {"use_delay", paced},
      {"delay_min_minutes", minutes(pace.min)},
      {"delay_max_minutes", minutes(pace.max)},
      {"respect_business_hours", campaign.window.has_value()},
      {"business_hours_start", window.start_hour},
      {"business_hours_end", window.end_hour},
      {"business_days_only", window.weekdays_only},
      {"timezone", window.zone},
      {"status", to_string(campaign.status)},
      {"total_recipients", counts.total()},
      {"emails_sent", counts.sent},
      {"emails_failed", counts.failed},
      {"emails_pending", counts.pending},
      {"emails_bounced", counts.bounced},
      {"emails_skipped", counts.skipped},
      {"emails_uncertain", counts.uncertain},
      {"created_at", format_rfc3339(campaign.created)},
      {"updated_at", format_rfc3339(campaign.updated)},
      {"scheduled_at", time_value(start)},
      {"started_at", time_value(campaign.started_at)},
      {"completed_at", time_value(campaign.completed_at)},
      {"error_message", text_or_null(campaign.why)},
      {"error_count", counts.failed + counts.bounced},
      {"success_rate", percent(counts.sent, tried(counts))},
      {"failure_rate", percent(counts.failed + counts.bounced, tried(counts))},
      {"is_active",
       campaign.status == CampaignStatus::scheduled || campaign.status == CampaignStatus::sending},
      {"is_completed", is_final(campaign.status)},
      {"waiting", std::move(waiting)},
      {"pace", format_pace(campaign.pace)},
      {"mailboxes", std::move(mailboxes)},
      {"queue", queue.name},
      {"kind", to_string(campaign.content.kind)},
      {"list_unsubscribe", campaign.content.list_unsubscribe},
      {"template", campaign.from_template ? json::value{{"id", campaign.from_template->id.value},
                                                        {"version", campaign.from_template->version}}
                                          : json::value(nullptr)},
      {"format", to_string(campaign.content.format)},
      {"text", text_or_null(campaign.content.text)},
      {"from_name", text_or_null(campaign.content.from_name)},
      {"reply_to", text_or_null(campaign.content.reply_to)},
      {"headers", std::move(headers)},
      {"attachments", std::move(files)},
      {"max_tries", campaign.max_tries ? json::value(*campaign.max_tries) : json::value(nullptr)},
      {"max_age", campaign.max_age ? json::value(format_duration(*campaign.max_age)) : json::value(nullptr)},
      {"on_uncertain", to_string(campaign.on_uncertain)},
      {"skip_unresolved", campaign.skip_unresolved},
      {"brake", braked
                    ? json::value{{"refusals", campaign.brake_refusals}, {"percent", campaign.brake_percent}}
                    : json::value(nullptr)},
      {"test_to", campaign.test ? json::value(to_string(*campaign.test)) : json::value(nullptr)},
      {"source", text_or_null(campaign.source)},
      {"left_out",
       {{"bad", campaign.bad_rows},
        {"duplicate", campaign.duplicate_rows},
        {"suppressed", campaign.suppressed_rows}}},
      {"columns", std::move(columns)}};
}

json::object campaign_summary_json(const Campaign& campaign) {
  const auto& counts = campaign.counts;
  return {{"id", campaign.id.value},
          {"name", campaign.name},
          {"status", to_string(campaign.status)},
          {"total_recipients", counts.total()},
          {"emails_sent", counts.sent},
          {"emails_failed", counts.failed},
          {"emails_pending", counts.pending},
          {"emails_bounced", counts.bounced},
          {"emails_skipped", counts.skipped},
          {"emails_uncertain", counts.uncertain},
          {"success_rate", percent(counts.sent, tried(counts))},
          {"created_at", format_rfc3339(campaign.created)},
          {"scheduled_at", time_value(start_of(campaign))},
          {"completed_at", time_value(campaign.completed_at)}};
}

}  // namespace postrider

// Figures over all campaigns and through time, and the audit log. None of them counts emails when asked.

#include <boost/json.hpp>
#include <cmath>

#include "http/nouns/campaign_json.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kMost = std::int64_t{1} << 53;
constexpr int kRecent = 5;

HttpAnswer stats(Call& call) {
  const auto totals = call.actions.store.totals();
  const auto in = [&](CampaignStatus status) { return totals.campaigns_in(status); };
  std::int64_t campaigns = 0;
  for (const auto& [status, count] : totals.campaigns) campaigns += count;
  json::array recent;
  for (const auto& campaign : call.actions.store.campaigns({}, {}, kRecent))
    recent.push_back(campaign_summary_json(campaign));
  return json_answer(
      json::object{{"total_campaigns", campaigns},
                   {"active_campaigns", in(CampaignStatus::scheduled) + in(CampaignStatus::sending)},
                   {"completed_campaigns", in(CampaignStatus::completed)},
                   {"failed_campaigns", in(CampaignStatus::failed)},
                   {"total_emails_sent", totals.counts.sent},
                   {"total_recipients", totals.recipients},
                   {"overall_success_rate", success_percent(totals.counts)},
                   {"recent_campaigns", std::move(recent)},
                   {"emails_failed", totals.counts.failed},
                   {"emails_bounced", totals.counts.bounced},
                   {"emails_skipped", totals.counts.skipped},
                   {"emails_uncertain", totals.counts.uncertain},
                   {"emails_pending", totals.counts.pending}});
}

/// A time among the query's parameters, which were judged already.
std::optional<WallTime> time_in(const Call& call, std::string_view name) {
  const auto text = call.asked(name);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

HttpAnswer series(Call& call, std::optional<CampaignId> campaign) {
  if (campaign) {
    const auto found = call.actions.store.campaign(*campaign);
    if (!found) return problem(found.error());
  }
  const auto unit = *call.asked("unit") == "hour" ? SeriesUnit::hour : SeriesUnit::day;
  const auto usual = unit == SeriesUnit::hour ? std::chrono::hours{48} : std::chrono::hours{30 * 24};
  const auto until = time_in(call, "until").value_or(call.actions.clock.wall_now() + std::chrono::hours{1});
  const auto points =
      call.actions.store.series(campaign, time_in(call, "from").value_or(until - usual), until, unit);
  if (!points) return problem(400, points.error().code, points.error().message);
  json::array items;
  for (const auto& point : *points) {
    items.push_back({{"start", format_rfc3339(point.start)},
                     {"sent", point.counts.sent},
                     {"failed", point.counts.failed},
                     {"bounced", point.counts.bounced},
                     {"skipped", point.counts.skipped},
                     {"uncertain", point.counts.uncertain}});
  }
  return json_answer(items);
}

HttpAnswer audit(Call& call) {
  const auto before = read_cursor(call);
  if (!before) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.store.audit_log({.who = call.asked("who").value_or(""),
                                            .from = time_in(call, "from"),
                                            .until = time_in(call, "until"),
                                            .before = AuditId{*before},
                                            .limit = limit + 1});
  const auto next = cut_page(page, limit, [](const AuditRow& row) { return row.id.value; });
  json::array items;
  for (const auto& row : page) {
    items.push_back(
        {{"id", row.id.value}, {"at", format_rfc3339(row.at)}, {"who", row.who}, {"what", row.what}});
  }
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

Schema stats_schema() {
  return ObjectSchema("CampaignStats")
      .needs("total_campaigns", whole(0, kMost))
      .needs("active_campaigns", whole(0, kMost))
      .needs("completed_campaigns", whole(0, kMost))
      .needs("failed_campaigns", whole(0, kMost))
      .needs("total_emails_sent", whole(0, kMost))
      .needs("total_recipients", whole(0, kMost))
      .needs("overall_success_rate", number(0, 100).about("percent of what was tried"))
      .needs("recent_campaigns", array_of(campaign_summary_schema()))
      .needs("emails_failed", whole(0, kMost))
      .needs("emails_bounced", whole(0, kMost))
      .needs("emails_skipped", whole(0, kMost))
      .needs("emails_uncertain", whole(0, kMost))
      .needs("emails_pending", whole(0, kMost));
}

Schema series_schema() {
  const Schema point = ObjectSchema("SeriesPoint")
                           .needs("start", moment())
                           .needs("sent", whole(0, kMost))
                           .needs("failed", whole(0, kMost))
                           .needs("bounced", whole(0, kMost))
                           .needs("skipped", whole(0, kMost))
                           .needs("uncertain", whole(0, kMost));
  return array_of(point);
}

}  // namespace

Operations stats_operations() {
  const std::vector<Parameter> series_parameters = {
      {"unit", one_of({"hour", "day"}).standard("day"), "of UTC"},
      {"from", moment(), "not given: 48 hours, or 30 days, before `until`"},
      {"until", moment(), "not given: now"}};
  auto audit_parameters = cursor_parameters();
  audit_parameters.push_back({"who", text(1, 200), "exactly: account:ana, key:ci, local:ana"});
  audit_parameters.push_back({"from", moment(), "from then on"});
  audit_parameters.push_back({"until", moment(), "before then"});
  const Schema row = ObjectSchema("AuditRow")
                         .needs("id", whole(1, kMost))
                         .needs("at", moment())
                         .needs("who", text())
                         .needs("what", text());
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/stats",
                 .id = "getStats",
                 .tag = "statistics",
                 .access = Access::viewer,
                 .summary = "Figures over all campaigns",
                 .cli = "postrider stats --json",
                 .answers = {{200, "figures", stats_schema()}},
                 .handle = stats});
  all.push_back({.method = "GET",
                 .path = "/api/stats/series",
                 .id = "getSeries",
                 .tag = "statistics",
                 .access = Access::viewer,
                 .summary = "What came to an end when, of all campaigns",
                 .cli = "postrider stats --by day --json",
                 .query = series_parameters,
                 .answers = {{200, "a point for each hour or day in which something ended", series_schema()}},
                 .handle = [](Call& call) { return series(call, std::nullopt); }});
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}/series",
                 .id = "getCampaignSeries",
                 .tag = "statistics",
                 .access = Access::viewer,
                 .summary = "What came to an end when, of one campaign",
                 .cli = "postrider stats --campaign {id} --by day --json",
                 .query = series_parameters,
                 .answers = {{200, "a point for each hour or day in which something ended", series_schema()}},
                 .handle = [](Call& call) { return series(call, CampaignId{call.id()}); }});
  all.push_back({.method = "GET",
                 .path = "/api/audit",
                 .id = "listAudit",
                 .tag = "audit",
                 .access = Access::owner,
                 .summary = "Who did what, newest first",
                 .cli = "postrider audit list --json",
                 .query = audit_parameters,
                 .answers = {{200, "a page of the log", array_of(row)}},
                 .paged = true,
                 .handle = audit});
  return all;
}

}  // namespace postrider

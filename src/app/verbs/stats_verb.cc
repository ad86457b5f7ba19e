// stats

#include <fmt/format.h>

#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct StatsOptions {
  std::optional<std::int64_t> campaign;
  std::optional<std::string> by;
  std::optional<WallTime> from, until;
};

json::array to_json(const std::vector<SeriesPoint>& points) {
  json::array rows;
  for (const auto& point : points) {
    const auto& c = point.counts;
    rows.push_back({{"start", format_rfc3339(point.start)},
                    {"sent", c.sent},
                    {"failed", c.failed},
                    {"bounced", c.bounced},
                    {"skipped", c.skipped},
                    {"uncertain", c.uncertain}});
  }
  return rows;
}

json::object to_json(const Totals& totals) {
  json::object by_status;
  std::int64_t all = 0;
  for (const auto& [status, n] : totals.campaigns) {
    by_status[to_string(status)] = n;
    all += n;
  }
  return {{"campaigns", all},
          {"campaigns_by_status", std::move(by_status)},
          {"recipients", totals.recipients},
          {"counts", to_json(totals.counts)},
          {"success_rate", totals.counts.success_rate()}};
}

void say_counts(Output& output, const Counts& c) {
  output.say(
      fmt::format("{} sent, {} failed, {} bounced, {} skipped, {} uncertain, {} pending; {:.1f}% of those "
                  "tried were sent.",
                  c.sent, c.failed, c.bounced, c.skipped, c.uncertain, c.pending, 100 * c.success_rate()));
}

VerbResult stats(VerbContext& context, Output& output, const StatsOptions& options) {
  auto& store = context.actions.store;
  const auto unit = options.by == "hour" ? SeriesUnit::hour : SeriesUnit::day;
  const auto until = options.until.value_or(context.actions.clock.wall_now() + std::chrono::hours{1});
  const auto from = options.from.value_or(
      until - (unit == SeriesUnit::hour ? std::chrono::hours{48} : std::chrono::hours{30 * 24}));
  const auto which =
      options.campaign ? std::optional{CampaignId{*options.campaign}} : std::optional<CampaignId>{};
  const auto points = store.series(which, from, until, unit);
  if (!points) return std::unexpected(points.error());

  json::object answer;
  if (which) {
    const auto campaign = store.campaign(*which);
    if (!campaign) return std::unexpected(campaign.error());
    answer = {{"campaign", which->value},
              {"counts", to_json(campaign->counts)},
              {"success_rate", campaign->counts.success_rate()}};
    if (!output.wants_json()) say_counts(output, campaign->counts);
  } else {
    const auto totals = store.totals();
    answer = to_json(totals);
    if (!output.wants_json()) {
      std::int64_t campaigns = 0;
      for (const auto& [status, n] : totals.campaigns) campaigns += n;
      output.say(fmt::format("{} with {}.", count_of(campaigns, "campaign"),
                             count_of(totals.recipients, "recipient")));
      say_counts(output, totals.counts);
    }
  }
  if (output.wants_json()) {
    answer["by"] = unit == SeriesUnit::hour ? "hour" : "day";
    answer["series"] = to_json(*points);
    output.print(answer);
    return 0;
  }
  if (points->empty()) return 0;
  Table table({"FROM (UTC)", ">SENT", ">FAILED", ">BOUNCED", ">SKIPPED", ">UNCERTAIN"});
  for (const auto& point : *points) {
    const auto& c = point.counts;
    table.add({show_time(point.start), std::to_string(c.sent), std::to_string(c.failed),
               std::to_string(c.bounced), std::to_string(c.skipped), std::to_string(c.uncertain)});
  }
  output.print(table);
  return 0;
}

}  // namespace

void add_stats_verb(VerbTable& table) {
  auto options = std::make_shared<StatsOptions>();
  auto* verb = table.verb(
      &table.root(), "stats", "What became of the emails, by hour or by day", "postrider stats --by day",
      [options](VerbContext& context, Output& output) { return stats(context, output, *options); });
  add_number(verb, "--campaign", options->campaign, 1, INT64_MAX, "Only this campaign's (all)");
  add_choice(verb, "--by", options->by, {"hour", "day"}, "The unit, of UTC (day)");
  add_time(verb, "--from", options->from, "From this time on (30 days, or 48 hours, before the end)");
  add_time(verb, "--until", options->until, "Before this time (now)");
}

}  // namespace postrider

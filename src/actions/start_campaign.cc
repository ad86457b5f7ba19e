#include "actions/start_campaign.h"

#include <fmt/format.h>

#include "actions/check_campaign.h"
#include "actions/check_rows.h"
#include "actions/sheet_list.h"

namespace postrider {

namespace {

/// Why a campaign in this state cannot be started, and what can be done with it instead.
Result<void> check_status(const Campaign& campaign) {
  std::string_view instead;
  switch (campaign.status) {
    case CampaignStatus::draft:
    case CampaignStatus::scheduled:
      return {};
    case CampaignStatus::sending:
      instead = "It needs no second start.";
      break;
    case CampaignStatus::paused:
      instead = "Resume it instead.";
      break;
    case CampaignStatus::completed:
    case CampaignStatus::failed:
      instead = "Retry its failed emails, or duplicate it.";
      break;
    case CampaignStatus::cancelled:
      instead = "Duplicate it to send to those it did not reach.";
      break;
  }
  return conflict("campaign_not_startable", fmt::format("Campaign {} is {}. {}", campaign.id.value,
                                                        to_string(campaign.status), instead));
}

/// Nobody of the list gets anything in test mode, so none of them can be the tester.
Result<TestMode> read_test_mode(ActionContext& context, CampaignId id, const std::string& text) {
  if (text == "catcher") return TestMode{};
  const auto tester = parse_address(text);
  if (!tester) {
    return invalid("bad_tester",
                   fmt::format("The tester is catcher or an address: {}", tester.error().message));
  }
  if (!context.store.emails(id, {.status = {}, .address = tester->key(), .after = 0, .limit = 1}).empty()) {
    return conflict(
        "tester_in_list",
        fmt::format("{} is a recipient of campaign {} and would get the emails of all the others. "
                    "Take an address that is not in its list, or catcher.",
                    tester->text(), id.value));
  }
  return TestMode{tester->text()};
}

/// When it starts; nothing: now.
Result<std::optional<WallTime>> read_start(const Campaign& campaign, const StartOptions& options,
                                           WallTime now) {
  const auto own = campaign.form.start_at;
  if (options.at || options.now || !own || *own <= now) return options.at;
  if (campaign.status != CampaignStatus::scheduled) return own;
  return conflict(
      "campaign_scheduled",
      fmt::format("Campaign {0} starts at {1}. For another time, give one (\"scheduled_at\", --at); to start "
                  "it now: `postrider campaign send {0} --now`, or take its start back first (PUT with "
                  "\"send_immediately\": true).",
                  campaign.id.value, format_rfc3339(campaign.scheduled_at.value_or(*own))));
}

}  // namespace

std::optional<Problem> check_start_time(WallTime at, WallTime now) {
  if (at + kStartTolerance >= now) return std::nullopt;
  return Problem{
      "time_passed",
      fmt::format("{} has passed already; it is {} now. Give a time to come, or none to start now.",
                  format_rfc3339(at), format_rfc3339(now))};
}

Result<StartAnswer> start_campaign(ActionContext& context, CampaignId id, const StartOptions& options) {
  auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  if (const auto startable = check_status(*campaign); !startable) return std::unexpected(startable.error());

  const auto now = context.clock.wall_now();
  auto start = read_start(*campaign, options, now);
  if (!start) return std::unexpected(start.error());

  if (!options.test_to.empty()) {
    auto test = read_test_mode(context, id, options.test_to);
    if (!test) return std::unexpected(test.error());
    campaign->test = std::move(*test);
  }
  if (options.skip_unresolved && !campaign->skip_unresolved) campaign->skip_unresolved = true;
  auto check = check_campaign(context, *campaign);
  if (check.letter && check.letter->depends_on_row()) {
    add_row_problems(*campaign, check_rows(context, *campaign, *check.letter, kMostRowsChecked), check);
  }
  if (*start) {
    if (auto passed = check_start_time(**start, now)) check.problems.push_back(std::move(*passed));
  }
  const auto at = *start && **start > now ? *start : std::nullopt;
  StartAnswer answer{.at = at, .problems = std::move(check.problems), .warnings = std::move(check.warnings)};
  if (!answer.started()) return answer;

  // Last of all checks, because it is the one that asks the network, and writes to the sheet.
  const auto link = context.sheet_store.find(id);
  const bool writes_back = link && link->write_back && !options.no_write_back && !campaign->test;
  if (writes_back) {
    if (auto ready = prepare_write_back(context, *link); !ready) {
      ready.error().message +=
          " Or start it without writing statuses to the sheet: --no-write-back (write_back: false).";
      return std::unexpected(ready.error());
    }
  }
  if (options.skip_unresolved) {
    const auto updated = context.store.update_campaign(*campaign);
    if (!updated) return std::unexpected(updated.error());
  }
  const auto started = context.store.start(id, at, check.required, campaign->test);
  if (!started) return std::unexpected(started.error());
  if (writes_back) context.sheet_store.activate(id, context.clock.wall_now());
  const auto where = campaign->test ? " in test mode to " + to_string(*campaign->test) : std::string();
  context.store.audit(context.who,
                      at ? fmt::format("scheduled campaign {}{} for {}", id.value, where, format_rfc3339(*at))
                         : fmt::format("started campaign {}{}", id.value, where));
  return answer;
}

}  // namespace postrider

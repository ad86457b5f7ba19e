#include "actions/start_campaign.h"

#include <fmt/format.h>

#include "actions/check_campaign.h"

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

}  // namespace

Result<StartAnswer> start_campaign(ActionContext& context, CampaignId id, const StartOptions& options) {
  auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  if (const auto startable = check_status(*campaign); !startable) return std::unexpected(startable.error());

  if (options.skip_unresolved && !campaign->skip_unresolved) campaign->skip_unresolved = true;
  auto check = check_campaign(context, *campaign);
  if (options.at && *options.at <= context.clock.wall_now()) {
    check.problems.push_back(
        {"time_passed", fmt::format("{} has passed already.", format_rfc3339(*options.at))});
  }
  StartAnswer answer{.problems = std::move(check.problems), .warnings = std::move(check.warnings)};
  if (!answer.started()) return answer;

  if (options.skip_unresolved) {
    const auto updated = context.store.update_campaign(*campaign);
    if (!updated) return std::unexpected(updated.error());
  }
  const auto started = context.store.start(id, options.at, check.required);
  if (!started) return std::unexpected(started.error());
  context.store.audit(context.who, options.at ? fmt::format("scheduled campaign {} for {}", id.value,
                                                            format_rfc3339(*options.at))
                                              : fmt::format("started campaign {}", id.value));
  return answer;
}

}  // namespace postrider

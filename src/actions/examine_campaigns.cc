// Queues and campaigns: what stands still, what it waits for, and what nobody knows the end of.

#include <fmt/format.h>

#include <algorithm>

#include "actions/check_campaign.h"
#include "actions/doctor_parts.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongWait = 24h;
constexpr double kSlowRate = 1.0 / 60;

Finding of_waiting(ActionContext& context, const Campaign& campaign) {
  const auto now = context.clock.wall_now();
  const auto waiting = context.store.waiting(campaign.id, now);
  const auto show = fmt::format("postrider campaign show {}", campaign.id.value);
  if (waiting.what == "sending now" || waiting.what == "its plan is being made") {
    return {"campaign", Severity::fine, fmt::format("Campaign {} moves.", campaign.id.value), waiting.what,
            ""};
  }
  auto next = command_in(waiting.what, show);
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (next == show && mailbox && waiting.what.starts_with(fmt::format("mailbox {} is ", mailbox->name))) {
      next = "postrider mailbox test " + mailbox->name;
    }
  }
  if (!waiting.until) {
    return {"campaign", Severity::fault,
            fmt::format("Campaign {} waits until a person acts.", campaign.id.value),
            "It waits for: " + waiting.what, next};
  }
  const bool long_wait = *waiting.until > now + kLongWait;
  return {"campaign", long_wait ? Severity::warning : Severity::fine,
          fmt::format("Campaign {} waits{}.", campaign.id.value, long_wait ? " for more than a day" : ""),
          fmt::format("Until {}: {}", format_rfc3339(*waiting.until), waiting.what), long_wait ? next : ""};
}

Findings of_draft(ActionContext& context, const Campaign& campaign) {
  Findings all;
  for (const auto& problem : check_campaign(context, campaign).problems) {
    all.push_back({"campaign", Severity::fault,
                   fmt::format("Campaign {} cannot be sent yet.", campaign.id.value), problem.message,
                   fmt::format("postrider campaign check {}", campaign.id.value)});
  }
  if (all.empty()) {
    all.push_back({"campaign", Severity::warning,
                   fmt::format("Campaign {} has not been started.", campaign.id.value), "It is a draft.",
                   fmt::format("postrider campaign send {}", campaign.id.value)});
  }
  return all;
}

}  // namespace

Findings examine_queues(ActionContext& context, const std::vector<QueueView>& queues,
                        const std::vector<Campaign>& sending) {
  Findings all;
  for (const auto& queue : queues) {
    const auto& name = queue.settings.name;
    const auto used = std::ranges::count(sending, queue.id, &Campaign::queue);
    if (queue.paused) {
      all.push_back({"queue", used > 0 ? Severity::fault : Severity::warning,
                     fmt::format("Queue {} is paused.", name),
                     fmt::format("{} tasks in it, {} of the campaigns looked at use it.", queue.tasks, used),
                     "postrider queue resume " + name});
    }
    const auto rate = queue.settings.max_dispatches_per_second;
    if (rate > 0 && rate < kSlowRate) {
      all.push_back({"queue", Severity::warning,
                     fmt::format("Queue {} gives out less than one task a minute.", name),
                     fmt::format("Its rate is {} a second.", rate), "postrider queue describe " + name});
    }
    if (queue.purged_at && *queue.purged_at > context.clock.wall_now() - kLongWait) {
      all.push_back(
          {"queue", Severity::warning, fmt::format("Queue {} was purged in the last day.", name),
           fmt::format("At {}; its campaigns were paused by that.", format_rfc3339(*queue.purged_at)),
           "postrider campaign list --status paused"});
    }
  }
  if (all.empty()) all.push_back({"queue", Severity::fine, "No queue stands still.", "", ""});
  return all;
}

Findings examine_campaign(ActionContext& context, const Campaign& campaign, bool asked_for) {
  Findings all;
  const auto id = campaign.id.value;
  switch (campaign.status) {
    case CampaignStatus::draft:
      all = of_draft(context, campaign);
      break;
    case CampaignStatus::paused:
      all.push_back({"campaign", asked_for ? Severity::fault : Severity::warning,
                     fmt::format("Campaign {} is paused.", id),
                     campaign.why.empty() ? "A person paused it." : campaign.why,
                     fmt::format("postrider campaign resume {}", id)});
      break;
    case CampaignStatus::scheduled:
    case CampaignStatus::sending:
      all.push_back(of_waiting(context, campaign));
      break;
    case CampaignStatus::failed:
      all.push_back({"campaign", asked_for ? Severity::fault : Severity::fine,
                     fmt::format("Campaign {} ended, and nothing of it was sent.", id), campaign.why,
                     fmt::format("postrider campaign emails {} --status failed", id)});
      break;
    case CampaignStatus::completed:
    case CampaignStatus::cancelled:
      all.push_back({"campaign", Severity::fine, fmt::format("Campaign {} has ended.", id),
                     std::string(to_string(campaign.status)), ""});
      break;
  }
  if (campaign.counts.uncertain > 0) {
    all.push_back({"campaign", Severity::warning,
                   fmt::format("Nobody knows of some emails of campaign {} whether they were accepted.", id),
                   fmt::format("{} uncertain.", campaign.counts.uncertain), "postrider uncertain list"});
  }
  return all;
}

}  // namespace postrider

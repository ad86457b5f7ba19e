#include "actions/alert_message.h"

#include <fmt/format.h>

#include "campaign/mailbox_advice.h"

namespace postrider {
namespace {

constexpr std::string_view kFoot =
    "\n\nPostrider tells of each cause once an hour at most. `postrider doctor` says what else keeps mail from "
    "leaving.\n";

Result<AlertMessage> of_mailbox(ActionContext& context, const Alert& alert, std::string_view became) {
  const auto mailbox = context.store.mailbox(MailboxId{alert.subject});
  if (!mailbox) return std::unexpected(mailbox.error());
  const auto standing = standing_of(*mailbox);
  return AlertMessage{.subject = fmt::format("Postrider: mailbox {} is {}", mailbox->name, became),
                      .text = fmt::format("Mailbox {} ({}) was {} at {}: {}\n\n{}{}", mailbox->name,
                                          mailbox->from, became, format_rfc3339(alert.made), alert.why,
                                          standing.empty() ? "It is active again by now." : standing, kFoot),
                      .through = {},
                      .never_through = mailbox->id};
}

Result<AlertMessage> of_campaign(ActionContext& context, const Alert& alert, std::string_view became,
                                 std::string_view next) {
  const auto campaign = context.store.campaign(CampaignId{alert.subject});
  if (!campaign) return std::unexpected(campaign.error());
  const auto& counts = campaign->counts;
  return AlertMessage{
      .subject = fmt::format("Postrider: campaign {} {}", campaign->name, became),
      .text = fmt::format(
          "Campaign {} \"{}\" {} at {}.{}{}\n\nsent {}, failed {}, bounced {}, skipped {}, uncertain "
          "{}, pending {}\n\n`postrider campaign {} {}`{}",
          campaign->id.value, campaign->name, became, format_rfc3339(alert.made),
          alert.why.empty() ? "" : " ", alert.why, counts.sent, counts.failed, counts.bounced, counts.skipped,
          counts.uncertain, counts.pending, next, campaign->id.value, kFoot),
      .through = campaign->mailboxes,
      .never_through = {}};
}

}  // namespace

Result<AlertMessage> alert_message(ActionContext& context, const Alert& alert) {
  switch (alert.kind) {
    case AlertKind::mailbox_paused:
      return of_mailbox(context, alert, "paused");
    case AlertKind::mailbox_stopped:
      return of_mailbox(context, alert, "stopped");
    case AlertKind::campaign_braked:
      return of_campaign(context, alert, "was paused by its brake", "show");
    case AlertKind::campaign_completed:
      return of_campaign(context, alert, "is finished", "show");
    case AlertKind::campaign_failed:
      return of_campaign(context, alert, "failed: nothing of it was sent", "emails");
  }
  std::unreachable();
}

AlertMessage storage_message(const std::string& file, const std::string& trouble) {
  return {.subject = "Postrider: nothing can be written, so nothing is sent",
          .text = fmt::format("The database {} takes nothing: {}\n\nMake room; it goes on by itself.{}", file,
                              trouble, kFoot),
          .through = {},
          .never_through = {}};
}

}  // namespace postrider

#include "actions/doctor.h"

#include <algorithm>
#include <functional>

#include "actions/doctor_parts.h"

namespace postrider {
namespace {

constexpr int kMostCampaigns = 20;  // of each status

/// A look that breaks is a finding like others; the next ones still happen.
void look(Findings& all, const char* area, const std::function<Findings()>& part) {
  try {
    std::ranges::move(part(), std::back_inserter(all));
  } catch (const std::exception& fault) {
    all.push_back({area, Severity::fault, "This could not be looked at.", fault.what(), "postrider status"});
  }
}

std::vector<Campaign> unfinished(CampaignStore& store) {
  std::vector<Campaign> all;
  for (const auto status : {CampaignStatus::sending, CampaignStatus::scheduled, CampaignStatus::paused}) {
    std::ranges::move(store.campaigns(status, CampaignId{}, kMostCampaigns), std::back_inserter(all));
  }
  return all;
}

bool wants_to_move(const Campaign& campaign) {
  return campaign.status == CampaignStatus::sending || campaign.status == CampaignStatus::scheduled;
}

void look_inside(ActionContext& context, const DoctorSurroundings& around,
                 const std::optional<Campaign>& asked, Findings& all) {
  auto& store = context.store;
  const auto campaigns = asked ? std::vector{*asked} : unfinished(store);
  std::vector<Campaign> moving;
  std::ranges::copy_if(campaigns, std::back_inserter(moving), wants_to_move);
  if (!around.server_runs && !moving.empty()) {
    all.push_back({"server", Severity::fault, "No server runs, so nothing is sent.",
                   std::to_string(moving.size()) + " of the campaigns looked at want to send.",
                   "postrider serve"});
  }
  look(all, "mailbox", [&] {
    auto mailboxes = store.mailboxes();
    std::erase_if(mailboxes, [&](const Mailbox& mailbox) {
      return asked && std::ranges::find(asked->mailboxes, mailbox.id) == asked->mailboxes.end();
    });
    return examine_mailboxes(context, mailboxes);
  });
  look(all, "queue", [&] {
    auto queues = store.queues();
    std::erase_if(queues, [&](const QueueView& queue) { return asked && asked->queue != queue.id; });
    return examine_queues(context, queues, moving);
  });
  look(all, "settings", [&] { return examine_google(context); });
  for (const auto& campaign : campaigns) {
    look(all, "campaign", [&] { return examine_campaign(context, campaign, asked.has_value()); });
    look(all, "sheet", [&] { return examine_sheet(context, campaign); });
  }
}

}  // namespace

void order_by_severity(Findings& findings) {
  Findings ordered;
  for (const auto severity : {Severity::fault, Severity::warning, Severity::fine}) {
    std::ranges::copy_if(findings, std::back_inserter(ordered),
                         [severity](const Finding& finding) { return finding.severity == severity; });
  }
  findings = std::move(ordered);
}

std::string command_in(std::string_view sentence, std::string_view otherwise) {
  constexpr std::string_view opens = "`postrider ";
  const auto from = sentence.find(opens);
  const auto to = from == sentence.npos ? from : sentence.find('`', from + 1);
  return std::string(to == sentence.npos ? otherwise : sentence.substr(from + 1, to - from - 1));
}

Result<Findings> examine(ActionContext& context, const DoctorSurroundings& around,
                         std::optional<CampaignId> campaign) {
  std::optional<Campaign> asked;
  if (campaign) {
    auto found = context.store.campaign(*campaign);
    if (!found) return std::unexpected(found.error());
    asked = std::move(*found);
  }
  auto all = examine_surroundings(around);
  look(all, "database", [&] { return examine_database(context, around); });
  look(all, "database", [&] {
    Findings inside;
    look_inside(context, around, asked, inside);
    return inside;
  });
  order_by_severity(all);
  return all;
}

}  // namespace postrider

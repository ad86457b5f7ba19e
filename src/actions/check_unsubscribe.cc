#include "actions/check_unsubscribe.h"

#include <fmt/format.h>

#include <algorithm>

namespace postrider {
namespace {

/// What is missing where the campaign is sent from this mailbox.
std::vector<Problem> missing(const Mailbox& mailbox, const Letter* letter) {
  std::vector<Problem> problems;
  const auto footer = Footer::make(mailbox.footer, mailbox.postal_address);
  if (letter && !letter->says_unsubscribe_link() && !(footer && footer->has_link())) {
    problems.push_back(
        {"no_unsubscribe_link",
         fmt::format("Neither the message nor the footer of mailbox {0} holds {{{{ unsubscribe_url }}}}. "
                     "Write it into the message, or `postrider mailbox update {0} --footer 'No more of "
                     "this: {{{{ unsubscribe_url }}}}'`.",
                     mailbox.name)});
  }
  if (!footer || !footer->has_postal_address()) {
    problems.push_back(
        {"no_postal_address",
         fmt::format("Mailbox {0} names no postal address, which mail to many must hold in most "
                     "countries: `postrider mailbox update {0} --postal-address 'Acme, 1 Main Street, "
                     "Springfield'`.",
                     mailbox.name)});
  }
  return problems;
}

bool is_newsletter(const Campaign& campaign) {
  return campaign.content.kind == CampaignKind::newsletter;
}

}  // namespace

void add_unsubscribe_problems(ActionContext& context, const Campaign& campaign, CampaignCheck& check) {
  if (!is_newsletter(campaign)) return;
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox) continue;
    for (auto& problem : missing(*mailbox, check.letter.get())) check.problems.push_back(std::move(problem));
  }
}

std::vector<std::string> check_unsubscribe(ActionContext& context, const Campaign& campaign,
                                           const Letter* letter) {
  std::vector<std::string> warnings;
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox) continue;
    if (!is_newsletter(campaign)) {
      for (const auto& problem : missing(*mailbox, letter)) warnings.push_back(problem.message);
    }
    if (!context.links.has_public_url()) {
      const auto& to = mailbox->unsubscribe_address.empty() ? mailbox->from : mailbox->unsubscribe_address;
      warnings.push_back(
          fmt::format("Without PUBLIC_URL one unsubscribes by a mail to {} only. Gmail and Yahoo want one "
                      "click from those who send to many.",
                      to));
    }
  }
  const auto shadowed = std::ranges::find_if(campaign.columns, [](const Column& column) {
    return field_key(column.header) == field_key(kUnsubscribeField);
  });
  if (shadowed != campaign.columns.end()) {
    warnings.push_back(fmt::format(
        "The list's column \"{}\" cannot be used: {{{{ unsubscribe_url }}}} is Postrider's own link.",
        shadowed->header));
  }
  return warnings;
}

}  // namespace postrider

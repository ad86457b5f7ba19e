#include "actions/write_email.h"

#include <fmt/format.h>

#include <charconv>

#include "campaign/letter.h"
#include "mail/message_id.h"

namespace postrider {
namespace {

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

Result<Mailbox> mailbox_of(ActionContext& context, const Campaign& campaign, const EmailView& email) {
  if (email.mailbox) {
    if (auto planned = context.store.mailbox(email.mailbox)) return planned;
  }
  if (campaign.mailboxes.empty()) {
    return conflict("no_mailbox",
                    fmt::format("Campaign {} has no mailbox to send from. Give it one.", campaign.id.value));
  }
  return context.store.mailbox(campaign.mailboxes.front());
}

}  // namespace

UnsubscribeLink example_link(ActionContext& context, const Mailbox& mailbox, const Address& from) {
  std::optional<Address> own;
  if (auto named = parse_address(mailbox.unsubscribe_address)) own = std::move(*named);
  return context.links.example({.from = from, .unsubscribe = own});
}

Result<EmailView> find_recipient(ActionContext& context, CampaignId id, std::string_view recipient) {
  EmailFilter filter{.status = {}, .address = {}, .after = 0, .limit = 1};
  if (const auto number = number_in(recipient)) {
    filter.after = *number - 1;
  } else if (!recipient.empty()) {
    const auto address = parse_address(recipient);
    if (!address) {
      return invalid("bad_recipient",
                     fmt::format("A recipient is a number in the list (1, 2, 3 …) or an address of it: {}",
                                 address.error().message));
    }
    filter.address = address->key();
  }
  auto page = context.store.emails(id, filter);
  if (page.empty()) {
    return recipient.empty()
               ? not_found("no_recipients", fmt::format("Campaign {} has no recipients.", id.value))
               : not_found("recipient_not_found",
                           fmt::format("Campaign {} has no recipient {}. `postrider campaign "
                                       "emails {}` lists them.",
                                       id.value, recipient, id.value));
  }
  return std::move(page.front());
}

Result<WrittenEmail> write_email(ActionContext& context, CampaignId id, std::string_view recipient,
                                 const Address* tester) {
  const auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  auto email = find_recipient(context, id, recipient);
  if (!email) return std::unexpected(email.error());
  auto mailbox = mailbox_of(context, *campaign, *email);
  if (!mailbox) return std::unexpected(mailbox.error());
  const auto from = parse_address(mailbox->from);
  if (!from) return std::unexpected(from.error());
  const auto to = parse_address(email->address);
  if (!to) return std::unexpected(to.error());

  const auto letter = Letter::compile(*campaign, context.store.attachments(id));
  if (!letter) {
    const auto& fault = letter.error().front();
    return conflict(fault.error.code, fmt::format("In the {}: {}", fault.part, fault.error.message));
  }
  std::optional<Address> own_tester;
  if (!tester && campaign->test && !campaign->test->to_catcher()) {
    auto parsed = parse_address(campaign->test->tester);
    if (!parsed) return std::unexpected(parsed.error());
    own_tester = std::move(*parsed);
    tester = &*own_tester;
  }
  const auto now = context.clock.wall_now();
  const auto footer = Footer::make(mailbox->footer, mailbox->postal_address);
  if (!footer) return std::unexpected(footer.error());
  const auto unsubscribe = example_link(context, *mailbox, *from);
  auto parts = (*letter)->write(
      {.address = *from, .name = mailbox->from_name, .footer = &*footer},
      {.address = *to, .name = email->name, .values = email->values, .unsubscribe = &unsubscribe}, now,
      tester);
  if (!parts) {
    return conflict(parts.error().code,
                    fmt::format("Recipient {} (row {}, {}): {}", email->ordinal, email->source_row,
                                email->address, parts.error().message));
  }
  parts->message_id = MessageIdKey(context.secrets.subkey("message-id"))
                          .message_id(id.value, email->recipient.value, kMessageGeneration, from->domain);
  parts->date = now;
  auto message = compose(*parts);
  return WrittenEmail{std::move(*email), std::move(*mailbox), std::move(*parts), std::move(message)};
}

}  // namespace postrider

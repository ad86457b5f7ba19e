#include "actions/test_campaign.h"

#include <fmt/format.h>

#include "actions/send_now.h"
#include "actions/write_email.h"
#include "mail/message_id.h"

namespace postrider {
namespace {

/// Test messages have Message-IDs apart from those of the campaign's emails.
constexpr int kTestGeneration = 0;

/// A person of the list should get the campaign, not somebody's tests of it.
Result<void> check_tester(ActionContext& context, CampaignId id, const Address& to, std::string_view as,
                          const EmailView& written_for, const std::string& from) {
  const auto sender = parse_address(from);
  const bool own_mailbox = sender && sender->key() == to.key();
  const auto in_list = context.store.emails(id, {.status = {}, .address = to.key(), .after = 0, .limit = 1});
  const bool chosen = !as.empty() && !in_list.empty() && in_list.front().ordinal == written_for.ordinal;
  if (!in_list.empty() && !own_mailbox && !chosen) {
    return conflict("tester_in_list",
                    fmt::format("{0} is recipient {1} of campaign {2}, who should not get tests. If that is "
                                "your own address, say so with --as {1}; else take an address that is not "
                                "in the list.",
                                to.text(), in_list.front().ordinal, id.value));
  }
  if (const auto suppressed = context.store.find_suppression(to)) {
    return conflict(
        "suppressed",
        fmt::format("{} must not be mailed: {}. `postrider suppression remove {}` would allow it.", to.text(),
                    suppressed->reason, suppressed->key));
  }
  return {};
}

}  // namespace

Result<CampaignTestAnswer> test_campaign(ActionContext& context, CampaignId id, const CampaignTest& test) {
  const auto to = parse_address(test.to);
  if (!to) return std::unexpected(to.error());
  auto written = write_email(context, id, test.as, &*to);
  if (!written) return std::unexpected(written.error());
  const auto& mailbox = written->mailbox;
  if (const auto fine = check_tester(context, id, *to, test.as, written->email, mailbox.from); !fine) {
    return std::unexpected(fine.error());
  }
  if (context.store.state().quarantined_at) {
    return conflict(
        "quarantined",
        "This database was restored from a backup and sends nothing. `postrider resume --restored` "
        "lets it send.");
  }
  if (const auto taken = context.store.take_slot(mailbox.id); !taken) return std::unexpected(taken.error());

  auto& parts = written->parts;
  parts.date = context.clock.wall_now();
  parts.message_id = MessageIdKey(context.secrets.subkey("message-id"))
                         .message_id(id.value, to_micros(parts.date), kTestGeneration, parts.from.domain);
  const auto message = compose(parts);
  const auto reply = send_now(context, mailbox, parts, message);
  context.store.audit(
      context.who, fmt::format("sent a test of campaign {} as {} to {}: {}", id.value, written->email.address,
                               to->text(), reply ? words_of(*reply) : reply.error().message));
  if (!reply) return std::unexpected(reply.error());
  return CampaignTestAnswer{.to = to->text(),
                            .written_for = written->email.address,
                            .mailbox = mailbox.name,
                            .message_id = parts.message_id,
                            .reply = *reply};
}

}  // namespace postrider

#include "actions/test_campaign.h"

#include <fmt/format.h>

#include "actions/write_email.h"
#include "base/text.h"
#include "mail/message_id.h"

namespace postrider {
namespace {

/// Test messages have Message-IDs apart from those of the campaign's emails.
constexpr int kTestGeneration = 0;

std::string words_of(const Reply& reply) {
  return fmt::format("{}{}{} {}", reply.code, reply.enhanced.empty() ? "" : " ", reply.enhanced,
                     one_line(reply.text));
}

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

Result<Reply> send(ActionContext& context, const Mailbox& mailbox, const MessageParts& parts,
                   const ComposedMessage& message) {
  if (mailbox.mock) return Reply{250, "", "OK (Mock Mode)"};
  auto password = context.secrets.open(mailbox.password_sealed);
  if (!password) return std::unexpected(password.error());
  const MailServer server{.host = mailbox.host,
                          .port = mailbox.port,
                          .tls = mailbox.tls,
                          .user = mailbox.user,
                          .password = *password,
                          .max_sessions = 1,
                          .ca_pem = mailbox.ca_pem,
                          .pin = mailbox.pin};
  const Envelope envelope{
      .from = parts.from, .to = parts.to, .size = message.size(), .needs_smtputf8 = message.needs_smtputf8};
  const auto answer = context.send_one(server, envelope, {message.head, message.tail()});
  if (answer && answer->positive()) return *answer;
  if (answer) return unavailable("refused", fmt::format("The server refused it: {}", words_of(*answer)));
  const auto& trouble = answer.error();
  const auto words = trouble.kind == Trouble::Kind::reply ? words_of(trouble.reply) : trouble.text;
  const bool unknown = trouble.stage == Stage::dot && trouble.kind != Trouble::Kind::reply;
  return unavailable(
      unknown ? "uncertain" : "not_sent",
      fmt::format("{} {}:{}, at the stage {}: {}",
                  unknown
                      ? "The message was handed over and no answer came, so nobody knows whether it arrives."
                      : "Nothing was sent.",
                  mailbox.host, mailbox.port, to_string(trouble.stage), words));
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
  const auto reply = send(context, mailbox, parts, message);
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

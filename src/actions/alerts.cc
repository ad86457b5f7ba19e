#include "actions/alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "actions/alert_message.h"
#include "actions/send_now.h"
#include "mail/message_id.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr int kAtATime = 20;
constexpr int kAlertGeneration = 0;  // Message-IDs apart from those of emails: of no campaign, and of this
constexpr int kMostDoublings = 6;

/// The mailboxes in the order in which they are asked.
std::vector<Mailbox> ways(CampaignStore& store, const AlertSettings& settings, const AlertMessage& message) {
  auto all = store.mailboxes();
  std::erase_if(all, [&](const Mailbox& mailbox) {
    return mailbox.status != MailboxStatus::active || mailbox.id == message.never_through;
  });
  const auto rank = [&](const Mailbox& mailbox) {
    const bool its_own = std::ranges::find(message.through, mailbox.id) != message.through.end();
    return std::pair{mailbox.name == settings.mailbox ? 0 : its_own ? 1 : 2, mailbox.id};
  };
  std::ranges::sort(all, {}, rank);
  return all;
}

Result<Reply> send(ActionContext& context, const Mailbox& mailbox, const Address& to,
                   const AlertMessage& message, std::int64_t number) {
  const auto from = parse_address(mailbox.from);
  if (!from) return std::unexpected(from.error());
  MessageParts parts{.from_name = "Postrider",
                     .from = *from,
                     .to = to,
                     .subject = message.subject,
                     .text = message.text,
                     .headers = {HeaderField{"Auto-Submitted", "auto-generated"}},
                     .message_id = MessageIdKey(context.secrets.subkey("message-id"))
                                       .message_id(0, number, kAlertGeneration, from->domain),
                     .date = context.clock.wall_now()};
  return send_now(context, mailbox, parts, compose(parts));
}

/// `counted`: it takes a slot of the mailbox, which is a write.
Result<Reply> send_somehow(ActionContext& context, const AlertSettings& settings, const AlertMessage& message,
                           std::int64_t number, bool counted) {
  const auto to = parse_address(settings.email);
  if (!to) return std::unexpected(to.error());
  if (const auto suppressed = context.store.find_suppression(*to)) {
    return conflict("suppressed", fmt::format("{} must not be mailed: {}.", to->text(), suppressed->reason));
  }
  Error last{Error::Kind::unavailable, "no_mailbox", "No mailbox is active that it could leave through."};
  for (const auto& mailbox : ways(context.store, settings, message)) {
    const auto slot = counted ? context.store.take_slot(mailbox.id) : Result<void>{};
    const auto answer = slot ? send(context, mailbox, *to, message, number) : std::unexpected(slot.error());
    // Handed over without an answer: another server would very likely make it two.
    if (answer || answer.error().code == "uncertain") return answer;
    last = answer.error();
  }
  return std::unexpected(last);
}

}  // namespace

Micros alert_backoff(int tries) {
  return std::min<Micros>(1h, 1min * (1 << std::clamp(tries, 0, kMostDoublings)));
}

void Alerts::deliver_one(ActionContext& context, const Alert& alert) {
  const auto now = context.clock.wall_now();
  if (settings_.email.empty())
    return store_.give_up(AlertWay::mail, alert.id, "Nobody is to be told: ALERT_EMAIL is not set.");
  if (now >= alert.made + kAlertLife)
    return store_.give_up(AlertWay::mail, alert.id, "It could not be told within a day.");
  const auto message = alert_message(context, alert);
  if (!message) return store_.give_up(AlertWay::mail, alert.id, message.error().message);
  const auto sent = send_somehow(context, settings_, *message, alert.id.value, true);
  if (!sent && sent.error().code == "suppressed")
    return store_.give_up(AlertWay::mail, alert.id, sent.error().message);
  if (!sent)
    return store_.try_again(AlertWay::mail, alert.id, now + alert_backoff(alert.tries), sent.error().message);
  store_.told(AlertWay::mail, alert.id);
  context.store.audit(context.who, fmt::format("told {}: {}", settings_.email, message->subject));
}

void Alerts::tell_of_storage(ActionContext& context, const std::string& trouble) {
  const auto now = context.clock.wall_now();
  if (settings_.email.empty() || (storage_not_before_ && now < *storage_not_before_)) return;
  const auto message = storage_message(context.store.state().file, trouble);
  const auto sent = send_somehow(context, settings_, message, -to_micros(now), false);
  storage_not_before_ = now + (sent ? kAlertEvery : Micros{1min});
}

void Alerts::deliver(ActionContext& context, const std::string& trouble) {
  if (!trouble.empty()) return tell_of_storage(context, trouble);
  for (const auto& alert : store_.due(AlertWay::mail, context.clock.wall_now(), kAtATime))
    deliver_one(context, alert);
}

}  // namespace postrider

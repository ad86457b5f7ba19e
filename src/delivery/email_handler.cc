#include "delivery/email_handler.h"

#include <fmt/format.h>

#include "delivery/outcome.h"
#include "mail/message.h"

namespace postrider {
namespace {

/// Up to this size body and dot leave in one write, after the gate. A larger body travels first.
constexpr std::size_t kSendsInOneWrite = 32 * 1024;

/// Something of ours is missing or broken, so the mailbox stops until a person has looked.
AttemptOutcome our_fault(const Error& error) {
  return {.disposition = Disposition::deferred,
          .blame = Blame::mailbox,
          .mailbox_fault = AttemptOutcome::MailboxFault::stop,
          .text = error.message,
          .reason = error.message};
}

AttemptOutcome bad_message(const Error& error) {
  return {.disposition = Disposition::refused,
          .blame = Blame::message,
          .text = error.message,
          .reason = error.message};
}

/// This recipient's values do not fit the templates. Nobody else's email is touched by that.
HandlerResult not_written(const Error& error, bool skip_unresolved) {
  if (skip_unresolved && error.code == "unresolved_field") {
    return ShutOut{{.kind = GateAnswer::Kind::unresolved, .why = error.message}};
  }
  return bad_message(error);
}

/// Known before anybody dials: even unencoded it is more than the server takes.
std::optional<Trouble> larger_than_taken(const MessageParts& parts,
                                         const std::optional<ServerOffers>& offers) {
  const auto least =
      parts.text.size() + parts.html.size() + (parts.attached ? parts.attached->bytes().size() : 0);
  if (!offers || offers->max_size == 0 || least <= offers->max_size) return std::nullopt;
  return Trouble{.kind = Trouble::Kind::too_big,
                 .stage = Stage::mail,
                 .text = fmt::format("The message has {} bytes or more; the server takes at most {}.", least,
                                     offers->max_size)};
}

/// What stopped it before its gate. Our own stop is nobody's fault: the task simply waits again.
HandlerResult ended_by(const Trouble& trouble) {
  if (trouble.kind == Trouble::Kind::stopped) {
    return ShutOut{{.kind = GateAnswer::Kind::cancelled, .why = trouble.text}};
  }
  return outcome_of(trouble);
}

}  // namespace

EmailHandler::EmailHandler(CampaignStore& store, Sessions& wire, Sessions& mock, Sessions& caught,
                           const SecretBox& secrets, TokensOf tokens_of, const UnsubscribeLinks& links,
                           Background& background, const Clock& clock)
    : materials_(background, store, secrets, std::move(tokens_of)),
      wire_(wire),
      mock_(mock),
      caught_(caught),
      message_ids_(secrets.subkey("message-id")),
      links_(links),
      clock_(clock) {}

Async<HandlerResult> EmailHandler::handle(const ClaimedTask& task, Gate& gate) {
  const auto campaign = co_await materials_.campaign(task.campaign);
  if (!campaign) co_return bad_message(campaign.error());
  auto result = co_await send(task, gate, **campaign);
  if (auto* outcome = std::get_if<AttemptOutcome>(&result); outcome && (*campaign)->test) {
    outcome->suppress = outcome->soft = false;  // what is refused there says nothing about the recipient
  }
  co_return result;
}

Async<HandlerResult> EmailHandler::send(const ClaimedTask& task, Gate& gate,
                                        const CampaignMaterial& campaign) {
  const auto mailbox = co_await materials_.mailbox(task.mailbox);
  if (!mailbox) co_return our_fault(mailbox.error());
  const auto& from = **mailbox;

  const EmailPayload recipient = decode_payload(task.payload);
  auto to = parse_address(recipient.address);
  if (!to) co_return bad_message(to.error());
  // In test mode whoever reads it is not the recipient and must not unsubscribe for them.
  const UnsubscribeLinks::Sender leaving{from.from, from.unsubscribe};
  const auto link = campaign.test ? links_.example(leaving) : links_.link(task.campaign, *to, leaving);
  auto parts = campaign.letter->write(
      {.address = from.from, .name = from.from_name, .footer = &from.footer},
      {.address = *to, .name = recipient.name, .values = recipient.values, .unsubscribe = &link},
      clock_.wall_now(), campaign.tester ? &*campaign.tester : nullptr);
  if (!parts) co_return not_written(parts.error(), campaign.skip_unresolved);

  const bool caught = campaign.test && !campaign.tester;
  const auto& domain = parts->to.domain;
  const auto due = caught ? std::nullopt : domains_.wait_until(domain, task.due, clock_.wall_now());
  if (due) {
    co_return ShutOut{{.kind = GateAnswer::Kind::not_before,
                       .due = *due,
                       .why = "the recipient's domain asks for less mail at a time"}};
  }

  auto& sessions = caught ? caught_ : from.mock ? mock_ : wire_;
  if (const auto too_big = larger_than_taken(*parts, sessions.offers(task.mailbox))) {
    co_return outcome_of(*too_big);
  }
  auto opened = co_await sessions.open(task.mailbox, from.server);
  if (!opened) co_return ended_by(opened.error());
  const std::unique_ptr<Session> session = std::move(*opened);

  parts->message_id = message_ids_.message_id(task.campaign.value, recipient.recipient.value,
                                              kMessageGeneration, from.from.domain);
  parts->date = clock_.wall_now();
  const ComposedMessage message = compose(*parts);
  const Envelope envelope{
      .from = from.from, .to = parts->to, .size = message.size(), .needs_smtputf8 = message.needs_smtputf8};
  const MessageView view{message.head, message.tail()};

  if (const auto trouble = co_await session->offer(envelope)) {
    if (interpret(*trouble).slow_domain) domains_.slow_down(domain, clock_.wall_now());
    co_return ended_by(*trouble);
  }
  if (!caught) domains_.accepted(domain);
  if (view.size() > kSendsInOneWrite) {
    if (const auto trouble = co_await session->send_body(view)) co_return ended_by(*trouble);
  }

  auto answer = co_await gate.pass();
  if (answer.kind != GateAnswer::Kind::open) co_return ShutOut{std::move(answer)};

  const auto reply = co_await session->commit(view);
  if (!reply) co_return ended_by(reply.error());
  co_return outcome_of(*reply);
}

}  // namespace postrider

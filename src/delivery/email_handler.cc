#include "delivery/email_handler.h"

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

/// What stopped it before its gate. Our own stop is nobody's fault: the task simply waits again.
HandlerResult ended_by(const Trouble& trouble) {
  if (trouble.kind == Trouble::Kind::stopped) {
    return ShutOut{{.kind = GateAnswer::Kind::cancelled, .why = trouble.text}};
  }
  return outcome_of(trouble);
}

}  // namespace

EmailHandler::EmailHandler(CampaignStore& store, Sessions& wire, Sessions& mock, const SecretBox& secrets,
                           Background& background, const Clock& clock)
    : materials_(background, store, secrets),
      wire_(wire),
      mock_(mock),
      message_id_key_(secrets.subkey("message-id")),
      clock_(clock) {}

Async<HandlerResult> EmailHandler::handle(const ClaimedTask& task, Gate& gate) {
  const auto campaign = co_await materials_.campaign(task.campaign);
  if (!campaign) co_return bad_message(campaign.error());
  const auto mailbox = co_await materials_.mailbox(task.mailbox);
  if (!mailbox) co_return our_fault(mailbox.error());
  const auto& from = **mailbox;

  const EmailPayload recipient = decode_payload(task.payload);
  auto to = parse_address(recipient.address);
  if (!to) co_return bad_message(to.error());

  if (const auto due = domains_.wait_until(to->domain, task.due, clock_.wall_now())) {
    co_return ShutOut{{.kind = GateAnswer::Kind::not_before,
                       .due = *due,
                       .why = "the recipient's domain asks for less mail at a time"}};
  }

  const RenderInput input{.values = recipient.values, .now = clock_.wall_now()};
  const auto subject = (*campaign)->subject.render(input);
  if (!subject) co_return bad_message(subject.error());
  const auto text = (*campaign)->message.render(input);
  if (!text) co_return bad_message(text.error());

  auto opened = co_await (from.mock ? mock_ : wire_).open(task.mailbox, from.server);
  if (!opened) co_return ended_by(opened.error());
  const std::unique_ptr<Session> session = std::move(*opened);

  const ComposedMessage composed = compose({
      .from_name = from.from_name,
      .from = from.from,
      .to_name = recipient.name,
      .to = *to,
      .subject = *subject,
      .text = *text,
      .message_id = make_message_id(message_id_key_, task.campaign.value, recipient.recipient.value,
                                    kMessageGeneration, from.from.domain),
      .date = clock_.wall_now(),
  });
  const std::string& message = composed.head;
  const Envelope envelope{.from = from.from,
                          .to = *to,
                          .size = message.size(),
                          .needs_smtputf8 = to->needs_smtputf8() || from.from.needs_smtputf8()};

  if (const auto trouble = co_await session->offer(envelope)) {
    if (interpret(*trouble).slow_domain) domains_.slow_down(to->domain, clock_.wall_now());
    co_return ended_by(*trouble);
  }
  domains_.accepted(to->domain);
  if (message.size() > kSendsInOneWrite) {
    if (const auto trouble = co_await session->send_body(message)) co_return ended_by(*trouble);
  }

  auto answer = co_await gate.pass();
  if (answer.kind != GateAnswer::Kind::open) co_return ShutOut{std::move(answer)};

  const auto reply = co_await session->commit(message);
  if (!reply) co_return ended_by(reply.error());
  co_return outcome_of(*reply);
}

}  // namespace postrider

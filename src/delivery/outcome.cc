#include "delivery/outcome.h"

namespace postrider {
namespace {

AttemptOutcome::MailboxFault fault_of(MailboxAction action) {
  using Fault = AttemptOutcome::MailboxFault;
  switch (action) {
    case MailboxAction::none:
      return Fault::none;
    case MailboxAction::slow_down:
      return Fault::slow_down;
    case MailboxAction::pause:
      return Fault::pause;
    case MailboxAction::pause_then_stop:
      return Fault::pause_then_stop;
    case MailboxAction::pause_day:
      return Fault::pause_day;
    case MailboxAction::stop:
      return Fault::stop;
  }
  return Fault::pause;
}

}  // namespace

AttemptOutcome outcome_of(const Trouble& trouble) {
  const Meaning meaning = interpret(trouble);
  return {.disposition = meaning.disposition,
          .blame = meaning.blame,
          .suppress = meaning.suppress,
          .mailbox_fault = fault_of(meaning.mailbox),
          .stage = std::string{to_string(trouble.stage)},
          .code = trouble.reply.code,
          .enhanced = trouble.reply.enhanced,
          .text = trouble.kind == Trouble::Kind::reply ? trouble.reply.text : trouble.text,
          .reason = meaning.reason,
          .soft = meaning.soft};
}

AttemptOutcome outcome_of(const Reply& reply) {
  if (!reply.positive())
    return outcome_of(Trouble{.kind = Trouble::Kind::reply, .stage = Stage::dot, .reply = reply});
  return {.disposition = Disposition::delivered,
          .blame = Blame::none,
          .stage = "dot",
          .code = reply.code,
          .enhanced = reply.enhanced,
          .text = reply.text};
}

}  // namespace postrider

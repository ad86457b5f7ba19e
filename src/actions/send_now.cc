#include "actions/send_now.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {

std::string words_of(const Reply& reply) {
  return fmt::format("{}{}{} {}", reply.code, reply.enhanced.empty() ? "" : " ", reply.enhanced,
                     one_line(reply.text));
}

Result<Reply> send_now(ActionContext& context, const Mailbox& mailbox, const MessageParts& parts,
                       const ComposedMessage& message) {
  if (mailbox.mock) return Reply{250, "", "OK (Mock Mode)"};
  auto server = mail_server_of(mailbox, context.secrets, context.tokens_of);
  if (!server) return std::unexpected(server.error());
  server->max_sessions = 1;
  const Envelope envelope{
      .from = parts.from, .to = parts.to, .size = message.size(), .needs_smtputf8 = message.needs_smtputf8};
  const auto answer = context.send_one(*server, envelope, {message.head, message.tail()});
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

}  // namespace postrider

#include "campaign/mail_server.h"

namespace postrider {

Result<MailServer> mail_server_of(const Mailbox& mailbox, const SecretBox& secrets,
                                  const TokensOf& tokens_of) {
  auto password = secrets.open(mailbox.password_sealed);
  if (!password) return std::unexpected(password.error());
  MailServer server{.host = mailbox.host,
                    .port = mailbox.port,
                    .tls = mailbox.tls,
                    .user = mailbox.user,
                    .password = std::move(*password),
                    .max_sessions = mailbox.sessions,
                    .ca_pem = mailbox.ca_pem,
                    .pin = mailbox.pin};
  if (!mailbox.oauth || mailbox.mock) return server;
  auto tokens = tokens_of(mailbox);
  if (!tokens) return std::unexpected(tokens.error());
  server.tokens = std::move(*tokens);
  return server;
}

}  // namespace postrider

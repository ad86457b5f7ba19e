#include "app/try_mail_server.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

namespace postrider {
namespace {

using Opened = std::expected<std::unique_ptr<Session>, Trouble>;

Async<void> open_and_leave(Sessions& sessions, const MailServer& server, std::optional<Trouble>& trouble) {
  Opened opened = co_await sessions.open(MailboxId{1}, server);
  if (!opened) trouble = std::move(opened.error());
  opened = Opened{std::unexpect};
  sessions.close_all();
}

std::string step_of(Stage stage) {
  switch (stage) {
    case Stage::connect:
      return "Cannot connect";
    case Stage::greeting:
      return "Connected, but there was no proper greeting";
    case Stage::ehlo:
      return "Connected, but the server did not take our EHLO";
    case Stage::starttls:
      return "Connected, but the line could not be encrypted";
    case Stage::auth:
      return "Connected, but the login failed";
    case Stage::mail:
    case Stage::rcpt:
    case Stage::data:
    case Stage::body:
    case Stage::dot:
      break;
  }
  return "Failed";
}

}  // namespace

Result<std::string> try_mail_server(const MailServer& server, const Clock& clock, SmtpOptions options,
                                    Micros patience) {
  auto& wait = options.deadlines;
  wait.connect = wait.greeting = wait.command = patience;
  boost::asio::io_context loop;
  const auto sessions = make_smtp_sessions(loop, clock, std::move(options));
  std::optional<Trouble> trouble;
  spawn(open_and_leave(*sessions, server, trouble));
  loop.run();
  if (trouble) {
    const auto& reply = trouble->reply;
    const auto words = reply.code == 0 ? trouble->text
                                       : fmt::format("{} {}{}{}", reply.code, reply.enhanced,
                                                     reply.enhanced.empty() ? "" : " ", reply.text);
    return unavailable("mail_server_failed", fmt::format("{}: {}:{}: {}", step_of(trouble->stage),
                                                         server.host, server.port, words));
  }
  const char* encrypted = server.tls == Tls::none ? "without encryption" : "encrypted";
  return server.user.empty()
             ? fmt::format("{}:{} answers, {}, no login", server.host, server.port, encrypted)
             : fmt::format("{}:{} let {} in, {}", server.host, server.port, server.user, encrypted);
}

}  // namespace postrider

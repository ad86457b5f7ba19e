#include "smtp/entry.h"

#include "smtp/auth.h"
#include "smtp/command.h"

namespace postrider {
namespace {

Async<std::optional<Trouble>> say_hello(Line& line, const MailServer& server, const EntryOptions& options) {
  Connection& connection = *line.connection;
  const std::string name = options.our_name.empty() ? connection.our_literal() : options.our_name;
  if (!append_ehlo(connection.out(), name)) {
    co_return Trouble{Trouble::Kind::garbage, Stage::ehlo, {}, "Our own name for EHLO is not a host name."};
  }
  auto sent = connection.flush(options.deadlines.command);
  co_await sent;
  auto answer = connection.reply(options.deadlines.command);
  if (!co_await answer) co_return broke(Stage::ehlo, connection);
  const int code = connection.heard().code();
  if (code / 100 == 2) {
    line.offers = parse_capabilities(connection.heard().raw());
    co_return std::nullopt;
  }
  const bool needs_esmtp = !server.user.empty() || server.tls == Tls::starttls;
  if ((code != 500 && code != 502) || needs_esmtp) co_return refused(Stage::ehlo, connection);

  line.offers = {};
  (void)append_helo(connection.out(), name);
  auto again = connection.flush(options.deadlines.command);
  co_await again;
  auto second = connection.reply(options.deadlines.command);
  if (!co_await second) co_return broke(Stage::ehlo, connection);
  if (connection.heard().code() / 100 != 2) co_return refused(Stage::ehlo, connection);
  co_return std::nullopt;
}

std::optional<Trouble> as_trouble(Stage stage, std::optional<Break> broken) {
  if (!broken) return std::nullopt;
  return Trouble{broken->kind, stage, {}, std::move(broken->text)};
}

Async<std::optional<Trouble>> upgrade(Line& line, const MailServer& server, boost::asio::ssl::context* tls,
                                      const EntryOptions& options) {
  Connection& connection = *line.connection;
  if (!line.offers.starttls) {
    co_return Trouble{Trouble::Kind::tls_required,
                      Stage::starttls,
                      {},
                      "The server does not offer STARTTLS, and this mailbox requires it."};
  }
  connection.out() += starttls_command;
  auto sent = connection.flush(options.deadlines.command);
  co_await sent;
  auto answer = connection.reply(options.deadlines.command);
  if (!co_await answer) co_return broke(Stage::starttls, connection);
  if (connection.heard().code() != 220) co_return refused(Stage::starttls, connection);
  // What was sent in clear behind the 220 would be taken for answers given under TLS.
  if (connection.has_input()) {
    co_return Trouble{Trouble::Kind::injection,
                      Stage::starttls,
                      {},
                      "Somebody put bytes between the server's answer to STARTTLS and the TLS handshake."};
  }
  auto shaken = connection.start_tls(*tls, server.host, options.deadlines.command);
  auto broken = co_await shaken;
  if (broken) co_return as_trouble(Stage::starttls, std::move(broken));
  auto greeted = say_hello(line, server, options);
  co_return co_await greeted;
}

}  // namespace

Async<std::optional<Trouble>> enter(Line& line, const MailServer& server, boost::asio::ssl::context* tls,
                                    const EntryOptions& options) {
  Connection& connection = *line.connection;
  auto dialled = connection.connect(server.host, server.port, options.deadlines.connect);
  auto broken = co_await dialled;
  if (broken) co_return as_trouble(Stage::connect, std::move(broken));

  if (server.tls == Tls::implicit) {
    auto shaken = connection.start_tls(*tls, server.host, options.deadlines.command);
    auto tls_broken = co_await shaken;
    if (tls_broken) co_return as_trouble(Stage::starttls, std::move(tls_broken));
  }

  auto greeting = connection.reply(options.deadlines.greeting);
  if (!co_await greeting) co_return broke(Stage::greeting, connection);
  if (connection.heard().code() / 100 != 2) co_return refused(Stage::greeting, connection);

  auto greeted = say_hello(line, server, options);
  auto trouble = co_await greeted;
  if (trouble) co_return trouble;

  if (server.tls == Tls::starttls) {
    auto upgraded = upgrade(line, server, tls, options);
    auto upgrade_trouble = co_await upgraded;
    if (upgrade_trouble) co_return upgrade_trouble;
  }
  if (!server.user.empty()) {
    auto logged_in = log_in(line, server.user, server.password, options.deadlines.command);
    auto auth_trouble = co_await logged_in;
    if (auth_trouble) co_return auth_trouble;
  }
  co_return std::nullopt;
}

}  // namespace postrider

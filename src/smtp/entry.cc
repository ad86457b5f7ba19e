#include "smtp/entry.h"

#include <boost/asio/ip/host_name.hpp>

#include "smtp/auth.h"
#include "smtp/command.h"
#include "smtp/token_login.h"

namespace postrider {
namespace {

/// Tells whoever watches what was reached, with the server's words where it spoke.
void tell(const EntryOptions& options, const Connection& connection, Stage stage, std::string words) {
  if (!options.observe) return;
  EntryStep step{.stage = stage, .words = std::move(words)};
  if (stage == Stage::starttls) step.peer = connection.peer();
  if (connection.heard().found() && stage != Stage::connect && stage != Stage::starttls) {
    step.reply = connection.heard().reply();
  }
  options.observe(step);
}

/// Shakes hands, and shows the certificate also when it is refused.
Async<std::optional<Trouble>> encrypt(Connection& connection, const MailServer& server,
                                      boost::asio::ssl::context& tls, const EntryOptions& options) {
  auto shaken = connection.start_tls(tls, server.host, server.pin, options.deadlines.command);
  auto broken = co_await shaken;
  if (!broken || broken->kind == Trouble::Kind::tls_cert) {
    tell(options, connection, Stage::starttls, broken ? broken->text : "encrypted");
  }
  if (!broken) co_return std::nullopt;
  co_return Trouble{broken->kind, Stage::starttls, {}, std::move(broken->text)};
}

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
    tell(options, connection, Stage::ehlo, "greeted by EHLO");
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
  auto encrypted = encrypt(connection, server, *tls, options);
  auto trouble = co_await encrypted;
  if (trouble) co_return trouble;
  line.offers = {};  // what was said in clear is forgotten
  auto greeted = say_hello(line, server, options);
  co_return co_await greeted;
}

}  // namespace

std::string full_host_name() {
  boost::system::error_code error;
  std::string name = boost::asio::ip::host_name(error);
  return error || name.find('.') == std::string::npos ? std::string() : name;
}

Async<std::optional<Trouble>> enter(Line& line, const MailServer& server, boost::asio::ssl::context* tls,
                                    SaltedKeys& keys, const EntryOptions& options) {
  Connection& connection = *line.connection;
  connection.end_waits_at(connection.now() + options.deadlines.entry);
  auto dialled = connection.connect(server.host, server.port, options.deadlines.connect);
  auto broken = co_await dialled;
  if (broken) co_return Trouble{broken->kind, Stage::connect, {}, std::move(broken->text)};
  tell(options, connection, Stage::connect, "connected to " + connection.peer_address());

  if (server.tls == Tls::implicit) {
    auto encrypted = encrypt(connection, server, *tls, options);
    auto tls_trouble = co_await encrypted;
    if (tls_trouble) co_return tls_trouble;
  }

  auto greeting = connection.reply(options.deadlines.greeting);
  if (!co_await greeting) co_return broke(Stage::greeting, connection);
  if (connection.heard().code() / 100 != 2) co_return refused(Stage::greeting, connection);
  tell(options, connection, Stage::greeting, "greeted");

  auto greeted = say_hello(line, server, options);
  auto trouble = co_await greeted;
  if (trouble) co_return trouble;

  if (server.tls == Tls::starttls) {
    auto upgraded = upgrade(line, server, tls, options);
    auto upgrade_trouble = co_await upgraded;
    if (upgrade_trouble) co_return upgrade_trouble;
  }
  if (!server.user.empty()) {
    auto logged_in = server.tokens
                         ? log_in_by_token(line, server, options.deadlines.command)
                         : log_in(line, server.user, server.password, keys, options.deadlines.command);
    auto auth_trouble = co_await logged_in;
    if (auth_trouble) co_return auth_trouble;
    tell(options, connection, Stage::auth, "logged in as " + server.user);
  }
  connection.end_waits_at(BootTime::max());
  co_return std::nullopt;
}

}  // namespace postrider

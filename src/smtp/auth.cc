#include "smtp/auth.h"

#include <openssl/evp.h>

#include "smtp/command.h"

namespace postrider {
namespace {

Trouble auth_trouble(Trouble::Kind kind, std::string text) {
  return {kind, Stage::auth, {}, std::move(text)};
}

/// An AUTH line may be 12,288 octets long (RFC 4954 §4), but old servers stop at 512.
constexpr std::size_t max_initial_response = 490;

/// Sends out() and reads one reply. False: the line broke.
Async<bool> ask(Connection& connection, Micros limit) {
  auto sent = connection.flush(limit);
  co_await sent;
  auto answer = connection.reply(limit);
  co_return co_await answer;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Async<std::optional<Trouble>> log_in(Line& line, std::string user, std::string password, Micros limit) {
  Connection& connection = *line.connection;
  if (!connection.is_encrypted() && !connection.is_loopback()) {
    co_return auth_trouble(Trouble::Kind::tls_required,
                           "A password is sent only under TLS, and this line has none.");
  }
  if (!line.offers.auth_plain && !line.offers.auth_login) {
    co_return auth_trouble(Trouble::Kind::no_auth,
                           "The server offers no way to log in that we know (PLAIN, LOGIN).");
  }
  if ((user + password).find('\0') != std::string::npos || user.size() + password.size() > 4096) {
    co_return auth_trouble(Trouble::Kind::no_auth, "The user name or password has a NUL or is too long.");
  }

  if (line.offers.auth_plain) {
    const std::string response = to_base64(std::string(1, '\0') + user + std::string(1, '\0') + password);
    const bool at_once = response.size() <= max_initial_response;
    (void)append_auth(connection.out(), "PLAIN", at_once ? response : "");
    auto asked = ask(connection, limit);
    if (!co_await asked) co_return broke(Stage::auth, connection);
    if (connection.heard().code() == 334) {
      (void)append_response(connection.out(), response);
      auto answered = ask(connection, limit);
      if (!co_await answered) co_return broke(Stage::auth, connection);
    }
    if (connection.heard().code() / 100 == 2) co_return std::nullopt;
    if (connection.heard().code() != 504 || !line.offers.auth_login)
      co_return refused(Stage::auth, connection);
  }

  (void)append_auth(connection.out(), "LOGIN", "");
  for (const std::string* secret : {&user, &password}) {
    auto asked = ask(connection, limit);
    if (!co_await asked) co_return broke(Stage::auth, connection);
    if (connection.heard().code() != 334) co_return refused(Stage::auth, connection);
    (void)append_response(connection.out(), to_base64(*secret));
  }
  auto asked = ask(connection, limit);
  if (!co_await asked) co_return broke(Stage::auth, connection);
  if (connection.heard().code() / 100 != 2) co_return refused(Stage::auth, connection);
  co_return std::nullopt;
}

}  // namespace postrider

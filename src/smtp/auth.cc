#include "smtp/auth.h"

#include <openssl/rand.h>

#include "base/check.h"
#include "smtp/command.h"
#include "smtp/scram.h"

namespace postrider {
namespace {

Trouble auth_trouble(Trouble::Kind kind, std::string text) {
  return {kind, Stage::auth, {}, std::move(text)};
}

/// An AUTH line may be 12,288 octets long (RFC 4954 §4), but old servers stop at 512.
constexpr std::size_t max_initial_response = 490;

/// How many rounds of the salted password before the loop turns: well under a millisecond or two.
constexpr int rounds_at_once = 1'000;

/// How one mechanism ended.
struct Ended {
  std::optional<Trouble> trouble;  ///< nothing: logged in
  bool unknown = false;            ///< the server does not know the mechanism after all (504)
};

Ended ended_by(const Connection& connection) {
  const int code = connection.heard().code();
  if (code / 100 == 2) return {};
  return {refused(Stage::auth, connection), code == 504};
}

/// `AUTH mechanism response`, the response in a line of its own where it is long or the server wants so.
Async<bool> begin(Connection& connection, std::string mechanism, std::string response, Micros limit) {
  const bool at_once = response.size() <= max_initial_response;
  (void)append_auth(connection.out(), mechanism, at_once ? response : "");
  auto asked = ask(connection, limit);
  if (!co_await asked) co_return false;
  if (!at_once && connection.heard().code() == 334) {
    (void)append_response(connection.out(), response);
    auto answered = ask(connection, limit);
    co_return co_await answered;
  }
  co_return true;
}

Async<Ended> plain(Connection& connection, std::string user, std::string password, Micros limit) {
  const std::string response = to_base64(std::string(1, '\0') + user + std::string(1, '\0') + password);
  auto begun = begin(connection, "PLAIN", response, limit);
  if (!co_await begun) co_return Ended{broke(Stage::auth, connection)};
  if (connection.heard().code() == 334) {  // it wants it again, or did not look at the first
    (void)append_response(connection.out(), response);
    auto answered = ask(connection, limit);
    if (!co_await answered) co_return Ended{broke(Stage::auth, connection)};
  }
  co_return ended_by(connection);
}

Async<Ended> login(Connection& connection, std::string user, std::string password, Micros limit) {
  (void)append_auth(connection.out(), "LOGIN", "");
  for (const std::string* secret : {&user, &password}) {
    auto asked = ask(connection, limit);
    if (!co_await asked) co_return Ended{broke(Stage::auth, connection)};
    if (connection.heard().code() != 334)
      co_return Ended{refused(Stage::auth, connection), connection.heard().code() == 504};
    (void)append_response(connection.out(), to_base64(*secret));
  }
  auto asked = ask(connection, limit);
  if (!co_await asked) co_return Ended{broke(Stage::auth, connection)};
  co_return ended_by(connection);
}

std::string fresh_nonce() {
  unsigned char bytes[24];
  CHECK(RAND_bytes(bytes, sizeof bytes) == 1);
  return to_base64({reinterpret_cast<const char*>(bytes), sizeof bytes});
}

Async<Ended> scram(Connection& connection, std::string user, std::string password, SaltedKeys& keys,
                   Micros limit) {
  Scram exchange(user, fresh_nonce());
  auto begun = begin(connection, "SCRAM-SHA-256", to_base64(exchange.first_message()), limit);
  if (!co_await begun) co_return Ended{broke(Stage::auth, connection)};
  if (connection.heard().code() != 334) co_return ended_by(connection);
  const auto server_first = challenge_of(connection);
  const auto challenge =
      server_first ? exchange.challenged(*server_first) : std::unexpected(std::string("it is no base64"));
  if (!challenge) {
    co_return Ended{
        auth_trouble(Trouble::Kind::server_proof,
                     "The server's challenge for SCRAM-SHA-256 is not right: " + challenge.error() + ".")};
  }

  const std::string recipe = SaltedKeys::recipe(password, challenge->salt, challenge->rounds);
  if (keys.find(recipe) == nullptr) {
    SaltedPassword salted(password, challenge->salt, challenge->rounds);
    while (!salted.work(rounds_at_once)) {
      auto turn = connection.let_loop_turn();
      co_await turn;
      if (connection.is_broken()) co_return Ended{broke(Stage::auth, connection)};
    }
    keys.keep(recipe, salted.key());
  }
  (void)append_response(connection.out(), to_base64(exchange.final_message(*keys.find(recipe))));
  auto proven = ask(connection, limit);
  if (!co_await proven) co_return Ended{broke(Stage::auth, connection)};
  const int code = connection.heard().code();
  if (code != 334 && code / 100 != 2) co_return Ended{refused(Stage::auth, connection)};
  const auto server_final = code == 334 ? challenge_of(connection) : std::nullopt;
  if (!server_final || !exchange.is_proven(*server_final)) {
    co_return Ended{
        auth_trouble(Trouble::Kind::server_proof,
                     "The server did not prove that it knows this account's password: it may not be "
                     "the server it seems to be.")};
  }
  (void)append_response(connection.out(), "");
  auto let_in = ask(connection, limit);
  if (!co_await let_in) co_return Ended{broke(Stage::auth, connection)};
  Ended ended = ended_by(connection);
  ended.unknown = false;
  co_return ended;
}

}  // namespace

Async<bool> ask(Connection& connection, Micros limit) {
  auto sent = connection.flush(limit);
  co_await sent;
  auto answer = connection.reply(limit);
  co_return co_await answer;
}

std::optional<std::string> challenge_of(const Connection& connection) {
  std::string_view raw = connection.heard().raw();
  std::string text;
  for_each_line(raw, [&](std::string_view line) { text = line; });
  return from_base64(text);
}

Async<std::optional<Trouble>> log_in(Line& line, std::string user, std::string password, SaltedKeys& keys,
                                     Micros limit) {
  Connection& connection = *line.connection;
  const Capabilities& offers = line.offers;
  if (!connection.is_encrypted() && !connection.is_loopback()) {
    co_return auth_trouble(Trouble::Kind::tls_required,
                           "A password is used only under TLS, and this line has none.");
  }
  if (!offers.auth_scram_sha_256 && !offers.auth_plain && !offers.auth_login) {
    co_return auth_trouble(Trouble::Kind::no_auth,
                           "The server offers no way to log in that we know (SCRAM-SHA-256, PLAIN, LOGIN).");
  }
  if ((user + password).find('\0') != std::string::npos || user.size() + password.size() > 4096) {
    co_return auth_trouble(Trouble::Kind::no_auth, "The user name or password has a NUL or is too long.");
  }

  Ended last;
  if (offers.auth_scram_sha_256) {
    auto trying = scram(connection, user, password, keys, limit);
    last = co_await trying;
    if (!last.unknown) co_return std::move(last.trouble);
  }
  if (offers.auth_plain) {
    auto trying = plain(connection, user, password, limit);
    last = co_await trying;
    if (!last.unknown) co_return std::move(last.trouble);
  }
  if (offers.auth_login) {
    auto trying = login(connection, user, password, limit);
    last = co_await trying;
  }
  co_return std::move(last.trouble);
}

}  // namespace postrider

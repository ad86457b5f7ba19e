#include "smtp/token_login.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"
#include "smtp/auth.h"
#include "smtp/command.h"

namespace postrider {
namespace {

constexpr std::size_t max_response = 12'000;  // a whole AUTH line has 12,288 octets at most (RFC 4954 §4)
constexpr std::size_t max_status = 40;

/// One mechanism: what it says first, and what it says to an error so that the server can refuse (in base64).
struct Mechanism {
  std::string name;
  std::string first;
  std::string resigned;
};

Mechanism xoauth2(const MailServer& server) {
  return {"XOAUTH2", "user=" + server.user + "\1auth=Bearer " + server.password + "\1\1", ""};
}

/// A name in a GS2 header (RFC 5801 §4).
std::string gs2_name(std::string_view user) {
  std::string name;
  for (const char c : user) name += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
  return name;
}

Mechanism oauthbearer(const MailServer& server) {
  return {"OAUTHBEARER",
          "n,a=" + gs2_name(server.user) + ",\1host=" + server.host +
              "\1port=" + std::to_string(server.port) + "\1auth=Bearer " + server.password + "\1\1",
          to_base64("\1")};
}

/// {"status":"401",…} of an error; empty: it names none.
std::string status_in(std::string_view error) {
  constexpr std::string_view name = "\"status\"";
  const auto at = error.find(name);
  if (at == error.npos) return {};
  const auto from = error.find_first_not_of(" :\"", at + name.size());
  if (from == error.npos) return {};
  const auto status = error.substr(from, std::min(error.find_first_of("\",} ", from) - from, max_status));
  return one_line(status);
}

/// What the server thinks of the token, by its status and its last word.
Trouble judge(const std::string& status, const Connection& connection) {
  Trouble trouble = refused(Stage::auth, connection);
  const int code = trouble.reply.code;
  // Another 5xx without a word about the token is about something else: TLS, the mechanism, the account.
  if (code / 100 != 5 || (status.empty() && code != 534 && code != 535)) return trouble;
  const bool fresh_may_do = status.empty() || status == "400" || status == "401" || status == "invalid_token";
  trouble.kind = fresh_may_do ? Trouble::Kind::token_refused : Trouble::Kind::consent;
  trouble.text = "The mail server refused the access token" +
                 (status.empty() ? std::string() : " (status " + status + ")") + ": " + std::to_string(code) +
                 " " + trouble.reply.enhanced + (trouble.reply.enhanced.empty() ? "" : " ") +
                 trouble.reply.text;
  trouble.reply = {};
  return trouble;
}

struct Ended {
  std::optional<Trouble> trouble;  ///< nothing: logged in
  bool unknown = false;            ///< the server does not know the mechanism after all (504)
};

Async<Ended> try_mechanism(Connection& connection, Mechanism mechanism, Micros limit) {
  const std::string first = to_base64(mechanism.first);
  const auto is_error = [&] {
    const auto challenge = connection.heard().code() == 334 ? challenge_of(connection) : "";
    return !challenge || !challenge->empty();
  };
  (void)append_auth(connection.out(), mechanism.name, first);
  auto asked = ask(connection, limit);
  if (!co_await asked) co_return Ended{broke(Stage::auth, connection)};
  if (connection.heard().code() == 504) co_return Ended{refused(Stage::auth, connection), true};
  if (connection.heard().code() == 334 && !is_error()) {  // it did not look at what came along
    (void)append_response(connection.out(), first);
    auto answered = ask(connection, limit);
    if (!co_await answered) co_return Ended{broke(Stage::auth, connection)};
  }
  std::string status;
  if (connection.heard().code() == 334) {
    status = status_in(challenge_of(connection).value_or(""));
    (void)append_response(connection.out(), mechanism.resigned);
    auto resigned = ask(connection, limit);
    if (!co_await resigned) co_return Ended{broke(Stage::auth, connection)};
  }
  if (connection.heard().code() / 100 == 2) co_return Ended{};
  co_return Ended{judge(status, connection)};
}

Trouble trouble_of(Trouble::Kind kind, std::string text) {
  return {kind, Stage::auth, {}, std::move(text)};
}

}  // namespace

Async<std::optional<Trouble>> log_in_by_token(Line& line, const MailServer& server, Micros limit) {
  Connection& connection = *line.connection;
  const Capabilities& offers = line.offers;
  if (!connection.is_encrypted() && !connection.is_loopback()) {
    co_return trouble_of(Trouble::Kind::tls_required,
                         "An access token is used only under TLS, and this line has none.");
  }
  if (!offers.auth_xoauth2 && !offers.auth_oauthbearer) {
    co_return trouble_of(Trouble::Kind::no_auth,
                         "The server offers no way to log in by an access token (XOAUTH2, OAUTHBEARER).");
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  Mechanism first = xoauth2(server), second = oauthbearer(server);
  if (std::ranges::any_of(server.user + server.password, is_control) ||
      to_base64(second.first).size() > max_response) {
    co_return trouble_of(Trouble::Kind::no_auth,
                         "The user name or access token has a control character or is too long.");
  }
  Ended last;
  if (offers.auth_xoauth2) {
    auto trying = try_mechanism(connection, std::move(first), limit);
    last = co_await trying;
    if (!last.unknown) co_return std::move(last.trouble);
  }
  if (offers.auth_oauthbearer) {
    auto trying = try_mechanism(connection, std::move(second), limit);
    last = co_await trying;
  }
  co_return std::move(last.trouble);
}

}  // namespace postrider

#include "smtp/line.h"

namespace postrider {

bool same_settings(const MailServer& a, const MailServer& b) {
  return a.host == b.host && a.port == b.port && a.tls == b.tls && a.user == b.user &&
         a.password == b.password && a.ca_pem == b.ca_pem && a.pin == b.pin && a.tokens == b.tokens;
}

Trouble refused(Stage stage, const Connection& connection) {
  Reply reply = connection.heard().reply();
  if (reply.positive()) {
    return {Trouble::Kind::garbage,
            stage,
            {},
            "The server answered " + std::to_string(reply.code) + " where it makes no sense: " + reply.text};
  }
  std::string text = "The server answered " + std::to_string(reply.code) + " " + reply.enhanced +
                     (reply.enhanced.empty() ? "" : " ") + reply.text;
  return {Trouble::Kind::reply, stage, std::move(reply), std::move(text)};
}

Trouble broke(Stage stage, const Connection& connection) {
  const Break& why = connection.broken();
  return {why.kind, stage, {}, why.text};
}

}  // namespace postrider

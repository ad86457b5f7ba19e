#include "catcher/login.h"

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"

namespace postrider {

Login::Step Login::begin(std::string_view arguments, std::string& out) {
  const auto blank = arguments.find(' ');
  const std::string_view mechanism = arguments.substr(0, blank);
  const auto offered = split(options_.login_mechanisms, ' ');
  const bool known = std::ranges::any_of(
      offered, [&](std::string_view one) { return equals_ignoring_case(one, mechanism); });
  if (!known || mechanism.empty()) {
    out += "504 5.5.4 Unknown mechanism\r\n";
    return Step::over;
  }
  if (equals_ignoring_case(mechanism, "LOGIN")) {
    awaits_ = Awaits::user;
    out += "334 VXNlcm5hbWU6\r\n";
    return Step::awaits_line;
  }
  const bool scram = equals_ignoring_case(mechanism, "SCRAM-SHA-256");
  if (scram) scram_.emplace(options_.user, options_.password);
  awaits_ = scram ? Awaits::scram : Awaits::plain;
  if (blank != arguments.npos) return take(trim(arguments.substr(blank + 1)), out);
  out += "334 \r\n";
  return Step::awaits_line;
}

Login::Step Login::take(std::string_view line, std::string& out) {
  // "=" is how an empty answer is said (RFC 4954 §4).
  const auto bytes = line == "=" ? std::optional<std::string>{""} : from_base64(line);
  if (!bytes) {
    out += "501 5.5.2 Not base64\r\n";
    return Step::mistake;
  }
  switch (awaits_) {
    case Awaits::user:
      user_ = *bytes;
      awaits_ = Awaits::password;
      out += "334 UGFzc3dvcmQ6\r\n";
      return Step::awaits_line;
    case Awaits::password:
      return judge(user_, *bytes, out);
    case Awaits::scram:
      return take_scram(*bytes, out);
    case Awaits::plain:
      break;
  }
  const auto parts = split(*bytes, '\0');  // whom to act as, user, password
  if (parts.size() == 3) return judge(parts[1], parts[2], out);
  out += "501 5.5.2 Not a PLAIN response\r\n";
  return Step::over;
}

Login::Step Login::take_scram(std::string_view message, std::string& out) {
  const ScramServer::Answer answer = scram_->take(message);
  switch (answer.kind) {
    case ScramServer::Answer::Kind::challenge:
      out += "334 " + to_base64(answer.text) + "\r\n";
      return Step::awaits_line;
    case ScramServer::Answer::Kind::done:
      return judge(options_.user, options_.password, out);
    case ScramServer::Answer::Kind::refused:
      out += "535 5.7.8 Wrong user name or password\r\n";
      return Step::mistake;
    case ScramServer::Answer::Kind::malformed:
      break;
  }
  out += "501 5.5.2 Not a SCRAM message\r\n";
  return Step::over;
}

Login::Step Login::judge(std::string_view user, std::string_view password, std::string& out) {
  if (options_.user.empty() || (user == options_.user && password == options_.password)) {
    succeeded_ = true;
    out += "235 2.7.0 Welcome\r\n";
    return Step::over;
  }
  out += "535 5.7.8 Wrong user name or password\r\n";
  return Step::mistake;
}

}  // namespace postrider

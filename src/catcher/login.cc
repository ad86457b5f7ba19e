#include "catcher/login.h"

#include <openssl/evp.h>

#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text == "=") return std::string();
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size = text.size() % 4 == 0 ? EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                                          reinterpret_cast<const unsigned char*>(text.data()),
                                                          static_cast<int>(text.size()))
                                        : -1;
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace

Login::Step Login::begin(std::string_view arguments, std::string& out) {
  const auto blank = arguments.find(' ');
  const std::string_view mechanism = arguments.substr(0, blank);
  if (equals_ignoring_case(mechanism, "LOGIN")) {
    awaits_ = Awaits::user;
    out += "334 VXNlcm5hbWU6\r\n";
    return Step::awaits_line;
  }
  if (!equals_ignoring_case(mechanism, "PLAIN")) {
    out += "504 5.5.4 Unknown mechanism\r\n";
    return Step::over;
  }
  awaits_ = Awaits::plain;
  if (blank != arguments.npos) return take(trim(arguments.substr(blank + 1)), out);
  out += "334 \r\n";
  return Step::awaits_line;
}

Login::Step Login::take(std::string_view line, std::string& out) {
  const auto bytes = from_base64(line);
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
    case Awaits::plain:
      break;
  }
  const auto parts = split(*bytes, '\0');  // whom to act as, user, password
  if (parts.size() == 3) return judge(parts[1], parts[2], out);
  out += "501 5.5.2 Not a PLAIN response\r\n";
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

#include "smtp/capabilities.h"

#include <charconv>
#include <utility>

#include "base/text.h"
#include "smtp/reply_parser.h"

namespace postrider {

Capabilities parse_capabilities(std::string_view raw) {
  Capabilities found;
  bool first = true;
  for_each_line(raw, [&](std::string_view line) {
    if (std::exchange(first, false)) return;
    line = trim(line);
    // "AUTH=PLAIN" is an old spelling that some servers still send beside the right one.
    const auto name_end = line.find_first_of(" =");
    const std::string_view name = line.substr(0, name_end);
    const std::string_view rest = name_end == line.npos ? std::string_view{} : line.substr(name_end + 1);
    if (equals_ignoring_case(name, "PIPELINING")) found.pipelining = true;
    if (equals_ignoring_case(name, "8BITMIME")) found.eight_bit_mime = true;
    if (equals_ignoring_case(name, "SMTPUTF8")) found.smtputf8 = true;
    if (equals_ignoring_case(name, "STARTTLS")) found.starttls = true;
    if (equals_ignoring_case(name, "SIZE")) {
      found.size = true;
      const std::string_view number = trim(rest);
      std::uint64_t value = 0;
      const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), value);
      if (error == std::errc{}) found.max_size = value;
    }
    if (equals_ignoring_case(name, "AUTH")) {
      for (const std::string_view mechanism : split(rest, ' ')) {
        if (equals_ignoring_case(mechanism, "SCRAM-SHA-256")) found.auth_scram_sha_256 = true;
        if (equals_ignoring_case(mechanism, "PLAIN")) found.auth_plain = true;
        if (equals_ignoring_case(mechanism, "LOGIN")) found.auth_login = true;
        if (equals_ignoring_case(mechanism, "XOAUTH2")) found.auth_xoauth2 = true;
        if (equals_ignoring_case(mechanism, "OAUTHBEARER")) found.auth_oauthbearer = true;
      }
    }
  });
  return found;
}

}  // namespace postrider

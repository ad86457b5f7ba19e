#include "campaign/public_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "campaign/loopback.h"
#include "mail/address.h"

namespace postrider {
namespace {

constexpr std::size_t kLongest = 200;

bool is_one_of(char c, std::string_view others) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
}

std::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return invalid("bad_public_url", fmt::format("must be like https://mail.example.org, not \"{}\": {}",
                                               one_line(text, 100), why));
}

bool is_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return false;
  int port = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + (c - '0');
  }
  return port >= 1 && port <= 65'535;
}

bool is_literal(std::string_view host) {
  const bool v6 = host.size() > 4 && host.starts_with('[') && host.ends_with(']');
  return v6 ? host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1
            : host.find_first_not_of("0123456789.") == host.npos && std::ranges::count(host, '.') == 3;
}

}  // namespace

Result<std::string> parse_public_url(std::string_view text) {
  auto url = trim(text);
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.size() > kLongest) return wrong(text, fmt::format("it has more than {} characters", kLongest));
  const auto lower = lower_ascii(url);
  const bool encrypted = lower.starts_with("https://");
  if (!encrypted && !lower.starts_with("http://")) return wrong(text, "it does not begin with https://");
  const auto rest = url.substr(encrypted ? 8 : 7);
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto path = rest.substr(slash);
  if (!std::ranges::all_of(path, [](char c) { return is_one_of(c, "/-._~%"); })) {
    return wrong(text, "its path holds more than letters, digits and / - . _ ~ %");
  }
  auto host = rest.substr(0, slash);
  std::string_view port;
  if (const auto colon = host.rfind(':'); colon != host.npos && !host.ends_with(']')) {
    port = host.substr(colon);
    host = host.substr(0, colon);
    if (!is_port(port.substr(1))) return wrong(text, "its port is no number from 1 to 65535");
  }
  std::string name = lower_ascii(host);
  if (!is_loopback(host) && !is_literal(host)) {
    auto domain = parse_domain(host);
    if (!domain) return wrong(text, "its host is no domain name");
    name = std::move(*domain);
  }
  if (!encrypted && !is_loopback(host)) {
    return wrong(text, "http is for this machine itself only; everybody else needs https");
  }
  return fmt::format("{}{}{}{}", encrypted ? "https://" : "http://", name, port, path);
}

}  // namespace postrider

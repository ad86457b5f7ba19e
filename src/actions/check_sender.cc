#include "actions/check_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

/// Providers whose addresses anybody can have: mail from them comes from their own servers only.
struct FreeProvider {
  std::string_view domain;
  std::string_view servers;  ///< domain of their mail servers
};
constexpr std::array kFreeProviders = {
    FreeProvider{"gmail.com", "gmail.com"},
    FreeProvider{"googlemail.com", "gmail.com"},
    FreeProvider{"outlook.com", "office365.com"},
    FreeProvider{"outlook.com", "outlook.com"},
    FreeProvider{"hotmail.com", "office365.com"},
    FreeProvider{"hotmail.com", "outlook.com"},
    FreeProvider{"live.com", "office365.com"},
    FreeProvider{"live.com", "outlook.com"},
    FreeProvider{"msn.com", "outlook.com"},
    FreeProvider{"yahoo.com", "yahoo.com"},
    FreeProvider{"ymail.com", "yahoo.com"},
    FreeProvider{"aol.com", "aol.com"},
    FreeProvider{"icloud.com", "me.com"},
    FreeProvider{"me.com", "me.com"},
    FreeProvider{"gmx.de", "gmx.net"},
    FreeProvider{"gmx.net", "gmx.net"},
    FreeProvider{"gmx.com", "gmx.com"},
    FreeProvider{"web.de", "web.de"},
    FreeProvider{"mail.ru", "mail.ru"},
    FreeProvider{"yandex.ru", "yandex.ru"},
    FreeProvider{"proton.me", "protonmail.ch"},
    FreeProvider{"protonmail.com", "protonmail.ch"},
    FreeProvider{"zoho.com", "zoho.com"},
    FreeProvider{"fastmail.com", "fastmail.com"},
};

bool is_or_is_below(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) &&
                            host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

std::vector<std::string> check_sender(const Mailbox& mailbox) {
  std::vector<std::string> warnings;
  const auto from = parse_address(mailbox.from);
  if (!from) return {fmt::format("The From of mailbox {}: {}", mailbox.name, from.error().message)};
  const auto login = parse_address(mailbox.user);
  if (login && !is_or_is_below(from->domain, login->domain) && !is_or_is_below(login->domain, from->domain)) {
    warnings.push_back(
        fmt::format("Mailbox {} sends as {} and logs in as {}: many providers refuse or rewrite "
                    "a From of another domain.",
                    mailbox.name, mailbox.from, mailbox.user));
  }
  const auto host = lower_ascii(mailbox.host);
  bool free = false, own = false;
  for (const auto& provider : kFreeProviders) {
    if (provider.domain != from->domain) continue;
    free = true;
    own = own || is_or_is_below(host, provider.servers);
  }
  if (free && !own && !mailbox.mock) {
    warnings.push_back(
        fmt::format("Mailbox {} sends as {} through {}, which is no server of {}: most receivers "
                    "refuse that as forged.",
                    mailbox.name, mailbox.from, mailbox.host, from->domain));
  }
  return warnings;
}

}  // namespace postrider

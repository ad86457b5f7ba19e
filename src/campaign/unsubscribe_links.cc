#include "campaign/unsubscribe_links.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestHeader = 900;

/// An address as a mailto: URL holds it (RFC 6068 §2): what could mean something else is encoded.
std::string encoded(const Address& address) {
  constexpr std::string_view plain = "-._~!$'*+";
  std::string out;
  for (const char c : address.local) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.contains(c)) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out + "@" + address.domain;
}

}  // namespace

UnsubscribeLink UnsubscribeLinks::link_with(std::string_view token, const Sender& sender) const {
  const auto& to = sender.unsubscribe ? *sender.unsubscribe : sender.from;
  const auto mail = fmt::format("mailto:{}?subject=unsubscribe%20{}", encoded(to), token);
  if (public_url_.empty()) return {.url = mail, .header = "<" + mail + ">"};
  auto url = fmt::format("{}/u/{}", public_url_, token);
  auto header = "<" + url + ">";
  // A mail is a second way only where somebody said that it is read.
  if (sender.unsubscribe && header.size() + mail.size() + 4 <= kLongestHeader) header += ", <" + mail + ">";
  return {.url = std::move(url), .header = std::move(header), .one_click = true};
}

UnsubscribeLink UnsubscribeLinks::link(CampaignId campaign, const Address& recipient,
                                       const Sender& sender) const {
  return link_with(key_.token(campaign, recipient.key()), sender);
}

std::optional<UnsubscribeKey::Named> UnsubscribeLinks::read(std::string_view text) const {
  return key_.read(unsubscribe_token_in(text));
}

std::string_view unsubscribe_token_in(std::string_view text) {
  text = trim(text);
  for (const std::string_view before : {"/u/", "unsubscribe%20", "unsubscribe "}) {
    if (const auto at = text.rfind(before); at != text.npos) {
      text = text.substr(at + before.size());
      break;
    }
  }
  return text.substr(0, text.find_first_of("?#> \t\r\n"));
}

}  // namespace postrider

#include "campaign/content.h"

#include <algorithm>

#include "base/text.h"

namespace postrider {

std::string_view to_string(CampaignKind kind) {
  switch (kind) {
    case CampaignKind::personal:
      return "personal";
    case CampaignKind::newsletter:
      return "newsletter";
  }
  return "personal";
}

std::optional<CampaignKind> parse_campaign_kind(std::string_view text) {
  for (const auto kind : {CampaignKind::personal, CampaignKind::newsletter}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(MessageFormat format) {
  switch (format) {
    case MessageFormat::text:
      return "text";
    case MessageFormat::html:
      return "html";
    case MessageFormat::markdown:
      return "markdown";
  }
  return "text";
}

std::optional<MessageFormat> parse_message_format(std::string_view text) {
  for (const auto format : {MessageFormat::text, MessageFormat::html, MessageFormat::markdown}) {
    if (text == to_string(format)) return format;
  }
  return std::nullopt;
}

MessageFormat format_of_file(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto ending = dot == name.npos ? std::string{} : lower_ascii(name.substr(dot));
  if (ending == ".html" || ending == ".htm") return MessageFormat::html;
  if (ending == ".md" || ending == ".markdown") return MessageFormat::markdown;
  return MessageFormat::text;
}

std::string to_string(const TestMode& test) {
  return test.to_catcher() ? std::string("catcher") : test.tester;
}

Result<NamedAddress> parse_named_address(std::string_view text) {
  text = trim(text);
  NamedAddress named;
  if (text.ends_with('>')) {
    const auto open = text.rfind('<');
    if (open == text.npos)
      return invalid("bad_address", "An address that ends with \">\" begins with \"<\".");
    auto name = trim(text.substr(0, open));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
      name = trim(name.substr(1, name.size() - 2));
    }
    const bool odd = std::ranges::any_of(name, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '"';
    });
    if (odd || !is_valid_utf8(name)) {
      return invalid("bad_address",
                     "A name before an address is one line of text without <, > and quotes in it.");
    }
    named.name = std::string(name);
    text = text.substr(open + 1, text.size() - open - 2);
  }
  auto address = parse_address(text);
  if (!address) return std::unexpected(address.error());
  named.address = std::move(*address);
  return named;
}

}  // namespace postrider

#include "actions/check_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "campaign/unsubscribe_links.h"

namespace postrider {
namespace {

constexpr std::size_t kMostLinks = 500;

/// The value of an attribute in the tag's text ("<a href=…"), entities for "&" decoded.
std::optional<std::string> attribute(std::string_view tag, std::string_view name) {
  const auto lower = lower_ascii(tag);
  for (std::size_t at = lower.find(name); at != lower.npos; at = lower.find(name, at + 1)) {
    if (at == 0 || lower[at - 1] > ' ') continue;
    auto rest = trim(tag.substr(at + name.size()));
    if (!rest.starts_with('=')) {
      if (rest.empty() || rest.front() == '>' || rest.front() == '/')
        return std::string{};  // alt without a value
      continue;
    }
    rest = trim(rest.substr(1));
    const char quote = rest.empty() ? ' ' : rest.front();
    const bool quoted = quote == '"' || quote == '\'';
    if (quoted) rest.remove_prefix(1);
    const auto end = quoted ? rest.find(quote) : rest.find_first_of(" \t\r\n>");
    std::string value(trim(rest.substr(0, end)));
    for (auto amp = value.find("&amp;"); amp != value.npos; amp = value.find("&amp;", amp + 1)) {
      value.erase(amp + 1, 4);
    }
    return value;
  }
  return std::nullopt;
}

/// Calls `see` with every tag of the HTML that begins with `start` ("<a", "<img").
template <class See>
void each_tag(std::string_view html, std::string_view start, const See& see) {
  const auto lower = lower_ascii(html);
  for (auto at = lower.find(start); at != lower.npos; at = lower.find(start, at + 1)) {
    const auto after = at + start.size();
    if (after >= lower.size() || (lower[after] > ' ' && lower[after] != '>' && lower[after] != '/')) continue;
    const auto end = std::min(html.find('>', at), html.size());
    see(html.substr(at, end - at + (end < html.size() ? 1 : 0)));
    at = end;
    if (at >= html.size()) return;
  }
}

bool is_placeholder(std::string_view host) {
  constexpr std::array exact = {"example.com",     "example.org",     "example.net", "localhost",
                                "yourdomain.com",  "your-domain.com", "domain.com",  "yoursite.com",
                                "yourcompany.com", "website.com",     "127.0.0.1"};
  for (const std::string_view name : exact) {
    if (host == name ||
        (host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.')) {
      return true;
    }
  }
  return host.ends_with(".example") || host.ends_with(".test") || host.ends_with(".invalid");
}

/// What is wrong with one link; nothing when it may work.
std::optional<std::string> fault_of(std::string_view link) {
  if (link.empty() || link == "#") return "leads nowhere";
  const auto colon = link.find(':');
  const auto scheme = colon == link.npos ? std::string{} : lower_ascii(link.substr(0, colon));
  if (scheme == "tel") return std::nullopt;
  if (scheme == "mailto") {
    auto to = link.substr(colon + 1);
    to = to.substr(0, to.find('?'));
    if (to.empty() || to.find_first_of(",%") != to.npos || parse_address(to)) return std::nullopt;
    return "is no address";
  }
  if (scheme != "http" && scheme != "https") {
    return "does not begin with https://, so that a mail program cannot follow it";
  }
  if (!link.substr(colon + 1).starts_with("//")) return "does not parse: \"//\" is missing";
  auto host = link.substr(colon + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != host.npos) host = host.substr(at + 1);
  const auto port = host.rfind(':');
  if (port != host.npos && !host.ends_with(']')) {
    const auto digits = host.substr(port + 1);
    if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != digits.npos) {
      return "does not parse: its port is no number";
    }
    host = host.substr(0, port);
  }
  if (is_placeholder(lower_ascii(host))) return "is a placeholder";
  if (link.find_first_of(" \t\r\n\"<>") != link.npos) return "does not parse: it holds blanks or quotes";
  const bool literal = host.starts_with('[') || host.find_first_not_of("0123456789.") == host.npos;
  if (!literal && !parse_domain(host)) return "does not parse: its host is no domain name";
  return std::nullopt;
}

/// Links of plain text, as mail programs find them.
void text_links(std::string_view text, std::set<std::string>& links) {
  for (const std::string_view start : {"http://", "https://"}) {
    for (auto at = text.find(start); at != text.npos && links.size() < kMostLinks;
         at = text.find(start, at + 1)) {
      auto link = text.substr(at, text.find_first_of(" \t\r\n<>\"", at) - at);
      while (!link.empty() && std::string_view{".,;:!?)]'*"}.find(link.back()) != std::string_view::npos) {
        link.remove_suffix(1);
      }
      links.insert(std::string(link));
    }
  }
}

bool says_how_to_unsubscribe(const MessageParts& parts) {
  constexpr std::array words = {"unsubscribe", "opt out",      "opt-out",  "abmelden",      "abbestellen",
                                "désabonn",    "désinscri",    "cancelar", "darse de baja", "disiscri",
                                "afmelden",    "uitschrijven", "отпис",    "avregistrera",  "stop"};
  const auto text = lower_ascii(parts.text + parts.html);
  if (text.contains(std::string("/u/") + kExampleToken))
    return true;  // our link, as checks and previews hold it
  return std::ranges::any_of(words, [&](const char* word) { return text.find(word) != text.npos; });
}

bool shouts(std::string_view subject) {
  int upper = 0, lower = 0;
  for (const char c : subject) {
    upper += c >= 'A' && c <= 'Z' ? 1 : 0;
    lower += c >= 'a' && c <= 'z' ? 1 : 0;
  }
  return upper >= 10 && lower == 0;
}

}  // namespace

std::vector<std::string> check_message(const MessageParts& parts) {
  std::vector<std::string> warnings;
  std::set<std::string> links;
  each_tag(parts.html, "<a", [&](std::string_view tag) {
    if (const auto link = attribute(tag, "href"); link && links.size() < kMostLinks) links.insert(*link);
  });
  if (parts.html.empty()) text_links(parts.text, links);
  for (const auto& link : links) {
    if (const auto fault = fault_of(link)) {
      warnings.push_back(fmt::format("The link \"{}\" {}.", one_line(link, 100), *fault));
    }
  }
  int images = 0, undescribed = 0;
  each_tag(parts.html, "<img", [&](std::string_view tag) {
    ++images;
    undescribed += attribute(tag, "alt") ? 0 : 1;
  });
  if (undescribed > 0) {
    warnings.push_back(fmt::format("{} of {} image{} no alt text, which is all that many readers see.",
                                   undescribed, images, undescribed == 1 ? " has" : "s have"));
  }
  if (!says_how_to_unsubscribe(parts)) {
    warnings.push_back(
        "Nothing in the message says how to unsubscribe. Mail to many needs that in most countries.");
  }
  if (shouts(parts.subject)) warnings.push_back("The subject is all in capitals, as spam often is.");
  return warnings;
}

}  // namespace postrider

#include <fmt/format.h>
#include <idn2.h>
#include <unicase.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "mail/address.h"
#include "mail/characters.h"

namespace postrider {
namespace {

constexpr std::size_t kMaxDomain = 255;
constexpr std::size_t kMaxLabel = 63;

std::unexpected<Error> bad_domain(std::string message) {
  return invalid("bad_domain", std::move(message));
}

/// The joiners U+200C and U+200D are letters of some scripts; IDNA 2008 knows where they may stand.
bool holds_deceptive(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const char32_t point = code_point(text, length);
    if (is_deceptive(point) && point != 0x200C && point != 0x200D) return true;
    text.remove_prefix(length);
  }
  return false;
}

/// The full stops of East Asian keyboards (RFC 3490 §3.1) as what they mean.
std::string with_plain_dots(std::string_view domain) {
  std::string out;
  while (!domain.empty()) {
    const auto length = utf8_length(domain);
    const char32_t point = code_point(domain, length);
    if (point == 0x3002 || point == 0xFF0E || point == 0xFF61) {
      out += '.';
    } else {
      out += domain.substr(0, length);
    }
    domain.remove_prefix(length);
  }
  return out;
}

/// Whether the A-label is the label given, apart from letter case and composition. The mapping that
/// precedes IDNA (UTS 46) turns "℡" into "tel", and libidn2 drops what it cannot map, such as "´":
/// mail would go to a domain that nobody wrote.
bool is_same_label(std::string_view label, std::string_view a_label) {
  if (equals_ignoring_case(label, a_label)) return true;
  char* raw = nullptr;
  const std::string name(a_label);
  const int status = idn2_to_unicode_8z8z(name.c_str(), &raw, 0);
  const std::unique_ptr<char, void (*)(void*)> owner(raw, idn2_free);
  if (status != IDN2_OK) return false;
  const std::string_view shown(raw);
  int order = 1;
  const auto octets = [](std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
  };
  const bool compared =
      u8_casecmp(octets(label), label.size(), octets(shown), shown.size(), nullptr, UNINORM_NFC, &order) == 0;
  return compared && order == 0;
}

/// IDNA 2008, nontransitional: "ß" stays itself and does not become "ss".
Result<std::string> to_a_labels(std::string_view given) {
  const auto bad = [given] {
    return bad_domain(fmt::format("\"{}\" is not a valid international domain.", one_line(given, 100)));
  };
  const std::string domain = with_plain_dots(given);
  std::uint8_t* raw = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(domain.c_str()), &raw,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(raw, idn2_free);
  if (status != IDN2_OK) return bad();
  std::string made = lower_ascii(reinterpret_cast<const char*>(raw));
  const auto labels = split(domain, '.');
  const auto a_labels = split(made, '.');
  if (!std::ranges::equal(labels, a_labels, is_same_label)) return bad();
  return made;
}

/// Letters, digits and hyphens (RFC 1123 §2.1), at least two labels, no bare IP address.
Result<void> check_labels(std::string_view domain) {
  if (domain.size() > kMaxDomain)
    return bad_domain(fmt::format("The domain is longer than {} characters.", kMaxDomain));
  const auto labels = split(domain, '.');
  if (labels.size() < 2)
    return bad_domain(fmt::format("The domain \"{}\" has no dot.", one_line(domain, 100)));
  for (const auto label : labels) {
    if (label.empty()) return bad_domain("A dot stands first, last or twice in a row in the domain.");
    if (label.size() > kMaxLabel) {
      return bad_domain(fmt::format("A part of the domain is longer than {} characters.", kMaxLabel));
    }
    if (label.front() == '-' || label.back() == '-') {
      return bad_domain("A part of the domain starts or ends with a hyphen.");
    }
    if (!std::ranges::all_of(label, [](char c) { return c == '-' || is_letter_or_digit(c); })) {
      return bad_domain(fmt::format("The domain \"{}\" holds a character that is not allowed there.",
                                    one_line(domain, 100)));
    }
  }
  if (labels.back().find_first_not_of("0123456789") == std::string_view::npos) {
    return bad_domain("The domain is an IP address or ends in a number.");
  }
  return {};
}

bool has_a_label(std::string_view domain) {
  return std::ranges::any_of(split(domain, '.'),
                             [](std::string_view label) { return label.starts_with("xn--"); });
}

}  // namespace

Result<std::string> parse_domain(std::string_view text) {
  text = trim_cell(text);
  if (text.empty()) return bad_domain("The domain is empty.");
  if (text.size() > 1'000) return bad_domain("The domain is too long.");
  if (text.starts_with('[')) return bad_domain("An IP address in brackets is not supported as a domain.");
  if (text.find('\0') != text.npos || !is_valid_utf8(text))
    return bad_domain("The domain is not valid UTF-8.");
  if (holds_deceptive(text)) return bad_domain("The domain holds an invisible or misleading character.");
  std::string domain = lower_ascii(text);
  if (!is_ascii(domain) || has_a_label(domain)) {
    auto mapped = to_a_labels(domain);
    if (!mapped) return mapped;
    domain = std::move(*mapped);
  }
  if (auto checked = check_labels(domain); !checked) return std::unexpected(std::move(checked).error());
  return domain;
}

}  // namespace postrider

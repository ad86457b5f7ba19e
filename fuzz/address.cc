// Addresses from a list. Whatever is accepted is safe in a command and in a header, and is read
// again as the same; whatever is refused says why in one line.

#include "mail/address.h"

#include <algorithm>

#include "base/text.h"
#include "fuzz/targets.h"

namespace postrider::fuzz {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void check_domain(std::string_view domain) {
  require(!domain.empty() && domain.size() <= 255, "a domain has 1 to 255 octets");
  require(
      std::ranges::all_of(
          domain,
          [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }),
      "a domain is lower case letters, digits, hyphens and dots");
  const auto again = parse_domain(domain);
  require(again.has_value() && *again == domain, "a parsed domain is read again as itself");
}

void check_error(const Error& error) {
  require(!error.message.empty() && error.message.size() < 2'000, "a refusal says why, in a few words");
  require(is_valid_utf8(error.message), "a refusal is valid UTF-8");
  require(std::ranges::none_of(error.message, is_control), "a refusal is one line");
}

}  // namespace

void try_address(std::string_view bytes) {
  if (const auto domain = parse_domain(bytes)) {
    check_domain(*domain);
  } else {
    check_error(domain.error());
  }
  const auto address = parse_address(bytes);
  if (!address) return check_error(address.error());

  const std::string text = address->text();
  require(text.size() <= 254, "an address has at most 254 octets (RFC 5321 4.5.3.1.3)");
  require(!address->local.empty() && address->local.size() <= 64, "a local part has 1 to 64 octets");
  require(is_valid_utf8(text), "an address is valid UTF-8");
  require(std::ranges::none_of(text, is_control), "an address holds no control character");
  require(text.find_first_of(" \"\\(),:;<>[]") == text.npos, "an address holds nothing that needs quotes");
  require(text.find("=?") == text.npos || text.find("?=") == text.npos, "an address is no encoded word");
  require(std::ranges::count(text, '@') == 1, "an address has one @");
  require(text.find("..") == text.npos && text.front() != '.' && text.back() != '.', "dots stand alone");
  check_domain(address->domain);
  require(
      address->needs_smtputf8() ==
          std::ranges::any_of(address->local, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }),
      "SMTPUTF8 is for the local part only");

  const auto again = parse_address(text);
  require(again.has_value(), "what was accepted is accepted again");
  require(again->local == address->local && again->domain == address->domain, "and is the same");
  const auto key = parse_address(address->key());
  require(key.has_value() && key->key() == address->key(), "the key is an address with itself as key");
}

}  // namespace postrider::fuzz

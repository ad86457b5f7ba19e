#include "mail/address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

constexpr std::size_t kMaxLocal = 64;
constexpr std::size_t kMaxAddress = 254;  // a path of 256 octets less "<" and ">" (RFC 5321 §4.5.3.1.3)

bool is_atext(char c) {
  return is_letter_or_digit(c) || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

std::unexpected<Error> bad_address(std::string message) {
  return invalid("bad_address", std::move(message));
}
/// The faults people really make, named before the grammar is looked at.
Result<void> check_shape(std::string_view text) {
  if (text.empty()) return bad_address("The address is empty.");
  if (text.size() > 1'000) return bad_address("The address is too long.");
  if (!is_valid_utf8(text)) return bad_address("The address is not valid UTF-8.");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return bad_address("The address holds a line break or another control character.");
  }
  if (text.find_first_of("<>") != text.npos) {
    return bad_address("Write the address alone, without a name and angle brackets.");
  }
  if (text.find_first_of("\"()") != text.npos) {
    return bad_address("The address holds quotes or brackets; such addresses are not supported.");
  }
  if (text.find_first_of(",;") != text.npos)
    return bad_address("One address a cell: this one holds a comma or semicolon.");
  const auto ats = std::ranges::count(text, '@');
  if (ats == 0) return bad_address("The address has no \"@\".");
  if (ats > 1) return bad_address("The address has more than one \"@\".");
  if (text.find(' ') != text.npos) return bad_address("The address holds a blank.");
  return {};
}

Result<void> check_local(std::string_view local) {
  if (local.empty()) return bad_address("There is nothing before the \"@\".");
  if (local.size() > kMaxLocal)
    return bad_address(fmt::format("The part before the \"@\" is longer than {} characters.", kMaxLocal));
  if (local.front() == '.' || local.back() == '.' || local.find("..") != local.npos) {
    return bad_address("A dot stands first, last or twice in a row before the \"@\".");
  }
  if (local.find("=?") != local.npos) return bad_address("The address looks like an encoded word (\"=?\").");
  while (!local.empty()) {
    const auto length = utf8_length(local);
    const bool fine =
        length > 1 ? !is_deceptive(code_point(local, length)) : local[0] == '.' || is_atext(local[0]);
    if (!fine && length > 1) return bad_address("The address holds an invisible or misleading character.");
    if (!fine)
      return bad_address(fmt::format("The character \"{}\" is not allowed before the \"@\".", local[0]));
    local.remove_prefix(length);
  }
  return {};
}

}  // namespace

std::string Address::key() const {
  return lower_ascii(text());
}

bool Address::needs_smtputf8() const {
  return !is_ascii(local);
}

Result<Address> parse_address(std::string_view text) {
  text = trim_cell(text);
  if (auto checked = check_shape(text); !checked) return std::unexpected(std::move(checked).error());
  const auto at = text.find('@');
  const std::string_view local = text.substr(0, at);
  if (auto checked = check_local(local); !checked) return std::unexpected(std::move(checked).error());
  if (at + 1 == text.size()) return bad_address("There is nothing after the \"@\".");
  if (trim_cell(text.substr(at + 1)).size() != text.size() - at - 1) {
    return bad_address("The address holds an invisible or misleading character.");
  }
  auto domain = parse_domain(text.substr(at + 1));
  if (!domain) return bad_address(std::move(domain).error().message);
  Address address{std::string(local), std::move(*domain)};
  if (address.local.size() + 1 + address.domain.size() > kMaxAddress) {
    return bad_address(fmt::format("The address is longer than {} characters.", kMaxAddress));
  }
  return address;
}

}  // namespace postrider

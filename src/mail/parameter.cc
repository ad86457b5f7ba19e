#include "mail/parameter.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestPlain = 60;
constexpr std::size_t kLine = 76;

/// What stands for itself in an extended value (RFC 2231 §7: no "*", "'", "%", no tspecials).
bool is_attribute_char(char c) {
  return is_letter_or_digit(c) || std::string_view{"!#$&+-.^_`{}~"}.find(c) != std::string_view::npos;
}

/// Readers disagree about escapes within quotes and about what looks like an encoded word.
bool is_plain(std::string_view value) {
  return value.size() <= kLongestPlain && is_ascii(value) && value.find_first_of("\"\\%") == value.npos &&
         value.find("=?") == value.npos && trim(value) == value && value.find("''") == value.npos;
}

void append_encoded(std::string& out, std::string_view character) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : character) {
    if (is_attribute_char(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += digits[octet >> 4];
      out += digits[octet & 15];
    }
  }
}

/// `name*0*=utf-8''…`, `name*1*=…`: pieces of whole characters; a single one has no number.
void append_extended(std::string& out, std::string_view name, std::string_view value) {
  std::string whole;
  append_encoded(whole, value);
  const bool one = name.size() + whole.size() + 12 <= kLine;
  for (int piece = 0; piece == 0 || !value.empty(); ++piece) {
    std::string line = " ";
    line += name;
    if (!one) line += "*" + std::to_string(piece);
    line += "*=";
    if (piece == 0) line += "utf-8''";
    while (!value.empty()) {
      const auto length = std::max<std::size_t>(utf8_length(value), 1);
      if (line.size() + 3 * length + 1 > kLine && !one) break;  // ";" has room as well
      append_encoded(line, value.substr(0, length));
      value.remove_prefix(length);
    }
    out += ";\r\n";
    out += line;
  }
}

/// One sign a character beyond ASCII; what is too long loses its middle and keeps its ending.
std::string plain_form(std::string_view value) {
  std::string plain;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xC0) == 0x80) continue;
    plain += octet >= 0x80 || c == '"' || c == '\\' || c == '%' || c == '=' ? '_' : c;
  }
  if (plain.size() <= kLongestPlain) return plain;
  const auto dot = plain.rfind('.');
  const auto ending = dot == plain.npos || plain.size() - dot > 12 ? std::string{} : plain.substr(dot);
  return plain.substr(0, kLongestPlain - ending.size()) + ending;
}

}  // namespace

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  const bool plain = is_plain(value);
  if (!plain) append_extended(out, name, value);
  out += ";\r\n ";
  out += name;
  out += "=\"";
  out += plain ? std::string(value) : plain_form(value);
  out += '"';
}

}  // namespace postrider

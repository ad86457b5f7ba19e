#include "mail/template_escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/template_value.h"

namespace postrider {
namespace {

/// The characters of `special` are true.
consteval std::array<bool, 256> table_of(std::string_view special) {
  std::array<bool, 256> table{};
  for (const char c : special) table[static_cast<unsigned char>(c)] = true;
  return table;
}

constexpr auto kMarkup = table_of("&<>\"'");

std::string_view reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&#34;";
    default:
      return "&#39;";
  }
}

void append_html(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kMarkup[static_cast<unsigned char>(text[i])]) continue;
    out.append(text, begin, i - begin);
    out += reference(text[i]);
    begin = i + 1;
  }
  out.append(text, begin);
}

/// C0, DEL, C1 and the Unicode line and paragraph separators.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

void append_line(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(text), 1);
    const bool is_character = length > 1 || static_cast<unsigned char>(text[0]) < 0x80;
    if (is_character && is_control(code_point(text, length))) {
      out += ' ';
    } else {
      out.append(text, 0, length);
    }
    text.remove_prefix(length);
  }
}

void append_percent_encoded(std::string& out, std::string_view text, std::string_view kept) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_letter_or_digit(c) || kept.contains(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The length of "&name;", "&#34;" or "&#x22;" at the start of `text`; 0 if there is none.
std::size_t reference_length(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  std::size_t i = 1;
  const bool is_number = text.size() > 1 && text[1] == '#';
  if (is_number) ++i;
  const bool is_hexadecimal = is_number && text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  if (is_hexadecimal) ++i;
  const auto begin = i;
  for (; i < std::min(text.size(), kLongest) && text[i] != ';'; ++i) {
    const bool fits = is_hexadecimal ? hex_value(text[i]) >= 0
                      : is_number    ? text[i] >= '0' && text[i] <= '9'
                                     : is_letter_or_digit(text[i]);
    if (!fits) return 0;
  }
  return i > begin && i < text.size() && text[i] == ';' ? i + 1 : 0;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, Escaping escaping) {
  switch (escaping) {
    case Escaping::none:
    case Escaping::url_start:
      out += text;
      return;
    case Escaping::line:
      append_line(out, text);
      return;
    case Escaping::html:
      append_html(out, text);
      return;
    case Escaping::url_path:
      append_percent_encoded(out, text, "-._~/");
      return;
    case Escaping::url_mail:
      append_percent_encoded(out, text, "-._~@+,");
      return;
    case Escaping::url_query:
      append_percent_encoded(out, text, "-._~");
      return;
  }
}

bool append_whole_url(std::string& out, std::string_view text) {
  text = strip_end(strip_start(text));
  const auto colon = text.find(':');
  if (colon == text.npos) return false;
  const std::string scheme = lower_ascii(text.substr(0, colon));
  const auto rest = text.substr(colon + 1);
  const bool is_web = (scheme == "http" || scheme == "https") && rest.starts_with("//") && rest.size() > 2;
  const bool is_other = (scheme == "mailto" || scheme == "tel") && !rest.empty();
  if (!is_web && !is_other) return false;
  // Reserved characters and "%" stay: the address is whole and may be encoded already.
  constexpr std::string_view kKept = "-._~:/?#[]@!$()*+,;=%&";
  std::string escaped;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length > 1 && !is_control(code_point(text, length)) && !is_deceptive(code_point(text, length))) {
      escaped.append(text, 0, length);
    } else {
      append_percent_encoded(escaped, text.substr(0, std::max<std::size_t>(length, 1)), kKept);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += escaped;
  return true;
}

std::string unsafe_url(std::string_view text) {
  return fmt::format(
      "\"{}\" cannot be the address of a link. It must begin with https://, http://, mailto: or tel:",
      one_line(text, 100));
}

void append_escaped_once(std::string& out, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kMarkup[static_cast<unsigned char>(text[i])]) continue;
    if (text[i] == '&') {
      if (const auto length = reference_length(text.substr(i)); length > 0) {
        i += length - 1;
        continue;
      }
    }
    out.append(text, begin, i - begin);
    out += reference(text[i]);
    begin = i + 1;
  }
  out.append(text, begin);
}

void append_form_encoded(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    append_percent_encoded(out, text.substr(0, blank), "-_.!~*'()");
    if (blank < text.size()) out += '+';
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
}

void append_form_decoded(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
}

}  // namespace postrider

#include "mail/header.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/encoded_word.h"

namespace postrider {
namespace {

constexpr std::size_t kLine = 78;
constexpr std::size_t kLongestToken = 900;  // with the header's name still under 998

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// Valid UTF-8 without control characters (each becomes a blank), trimmed. Returns `value` itself,
/// or what it put into `room`.
std::string_view cleaned(std::string_view value, std::string& room) {
  if (std::ranges::any_of(value, is_control) || !is_valid_utf8(value)) {
    room.clear();
    while (!value.empty()) {
      const auto length = utf8_length(value);
      if (length == 0) {
        room += '?';
      } else if (is_control(value[0])) {
        room += ' ';
      } else {
        room += value.substr(0, length);
      }
      value.remove_prefix(std::max<std::size_t>(length, 1));
    }
    value = room;
  }
  return trim(value);
}

/// Plain ASCII that no reader takes for an encoded word.
bool is_plain(std::string_view value) {
  return is_ascii(value) && value.find("=?") == value.npos;
}

/// Appends ASCII, folded before blanks. False, and nothing appended, when a word is too long: longer
/// than `longest`, which is a line's length or, for words that must stay whole, more.
bool append_folded(std::string& out, std::string_view value, std::size_t column,
                   std::size_t longest = kLine) {
  const auto start = out.size();
  while (!value.empty()) {
    const auto word =
        std::min(value.find(' ', value.find_first_not_of(' ')), value.size());  // blanks before it included
    if (column + word > kLine) {
      const bool can_fold = value[0] == ' ' && word <= longest;
      if (!can_fold && column + word > longest) {
        out.resize(start);
        return false;
      }
      if (can_fold) {
        out += "\r\n";
        column = 0;
      }
    }
    out += value.substr(0, word);
    column += word;
    value.remove_prefix(word);
  }
  return true;
}

/// A sign for each character beyond ASCII, one blank for several, so that folding never fails for
/// anything but a word longer than a line may be.
std::string as_ascii(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xC0) == 0x80) continue;
    out += octet >= 0x80 ? '?' : c;
  }
  return out;
}

/// A display name as atoms, or between quotes with `"` and `\` escaped (RFC 5322 §3.2.4).
void append_phrase(std::string& out, std::string_view name) {
  const bool atoms =
      std::ranges::all_of(
          name,
          [](char c) { return is_letter_or_digit(c) || c == ' ' || c == '-' || c == '\'' || c == '_'; }) &&
      name.find("  ") == name.npos;
  if (atoms) {
    out += name;
    return;
  }
  out += '"';
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// An address or id that somebody built by hand: still one line and not too long.
void append_token(std::string& out, std::string_view token) {
  for (const char c : token.substr(0, kLongestToken)) out += is_control(c) ? ' ' : c;
}

void append_two_digits(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

}  // namespace

void append_text_header(std::string& out, std::string_view name, std::string_view value) {
  std::string room;
  value = cleaned(value, room);
  out += name;
  out += ": ";
  const auto column = name.size() + 2;
  if (!is_plain(value) || !append_folded(out, value, column)) append_encoded_words(out, value, column);
  out += "\r\n";
}

void append_address_header(std::string& out, std::string_view name, std::string_view display,
                           const Address& address) {
  std::string room;
  display = cleaned(display, room);
  out += name;
  out += ": ";
  const auto start = out.size();
  const auto spec = std::min(address.local.size() + 1 + address.domain.size(), kLongestToken);
  auto column = name.size() + 2;
  if (!display.empty()) {
    if (is_plain(display)) append_phrase(out, display);
    if (const auto length = out.size() - start; length > 0 && column + length <= kLine) {
      column += length;
    } else {
      out.resize(start);
      column = append_encoded_words(out, display, column);
    }
    out += column + spec + 3 > kLine ? "\r\n <" : " <";
  }
  append_token(out, address.local + "@" + address.domain);
  out += display.empty() ? "\r\n" : ">\r\n";
}

void append_field(std::string& out, const HeaderField& field) {
  std::string room;
  std::string_view value = cleaned(field.value, room);
  const bool is_name =
      !field.name.empty() && field.name.size() <= kLine &&
      std::ranges::all_of(field.name, [](char c) { return is_letter_or_digit(c) || c == '-'; });
  if (value.empty() || !is_name) return;
  const auto start = out.size();
  out += field.name;
  out += ": ";
  auto column = field.name.size() + 2;
  if (is_structured_field(field.name)) {
    if (const auto id = value.rfind(" <"); id != value.npos && !is_plain(value.substr(0, id))) {
      column = append_encoded_words(out, trim(value.substr(0, id)), column);
      value.remove_prefix(id);
    }
    append_folded(out, as_ascii(value), column, kLongestToken);
  } else if (!is_plain(value) || !append_folded(out, value, column, kLongestToken)) {
    append_encoded_words(out, value, column);
  }
  if (out.ends_with(": ")) {
    out.resize(start);
  } else {
    out += "\r\n";
  }
}

void append_date_header(std::string& out, WallTime date) {
  using namespace std::chrono;
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto midnight = floor<days>(date);
  const year_month_day day{midnight};
  const hh_mm_ss clock{floor<seconds>(date - midnight)};
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
  out += "Date: ";
  out += kDays.substr(3 * weekday{midnight}.c_encoding(), 3);
  out += ", ";
  append_two_digits(out, static_cast<unsigned>(day.day()));
  out += ' ';
  out += kMonths.substr(3 * (static_cast<unsigned>(day.month()) - 1), 3);
  out += ' ';
  append_two_digits(out, year / 100);
  append_two_digits(out, year);
  out += ' ';
  append_two_digits(out, static_cast<unsigned>(clock.hours().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(clock.minutes().count()));
  out += ':';
  append_two_digits(out, static_cast<unsigned>(clock.seconds().count()));
  out += " +0000\r\n";
}

void append_token_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  append_token(out, value);
  out += "\r\n";
}

}  // namespace postrider

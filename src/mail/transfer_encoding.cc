#include "mail/transfer_encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace postrider {
namespace {

constexpr std::size_t kLongestLine = 998;  // RFC 5322 §2.1.1, without CRLF
constexpr std::size_t kEncodedLine = 76;
constexpr std::size_t kBase64Octets = 57;  // make a line of 76
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t octet(char c) {
  return static_cast<std::uint8_t>(c);
}

/// Octets that quoted-printable writes as "=XX" wherever they stand.
constexpr bool needs_quoting(char c) {
  return octet(c) >= 0x7F || (octet(c) < 0x20 && c != '\t') || c == '=';
}

std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find("\r\n"), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return line;
}

constexpr auto kNeedsQuoting = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = needs_quoting(static_cast<char>(i));
  return table;
}();

/// Which of eight octets (the first lowest) are control characters, "=", DEL or beyond ASCII: the
/// highest bit of each. Right up to and including the first that is.
std::uint64_t marked(std::uint64_t octets) {
  constexpr std::uint64_t each = 0x0101'0101'0101'0101;
  constexpr std::uint64_t high = 0x80 * each;
  const auto below = [octets](std::uint64_t limit) { return (octets - limit * each) & ~octets; };
  const auto equal = [octets](std::uint64_t wanted) {
    const auto difference = octets ^ (wanted * each);
    return (difference - each) & ~difference;
  };
  return (octets | below(0x20) | equal('=') | equal(0x7F)) & high;
}

/// Octets at the start of `line` that may stand as they are. Eight at a time while there are so many.
std::size_t plain_run(std::string_view line) {
  std::size_t length = 0;
  while (length < line.size()) {
    if constexpr (std::endian::native == std::endian::little) {
      if (line.size() - length >= 8) {
        std::uint64_t octets = 0;
        std::memcpy(&octets, line.data() + length, 8);
        const auto marks = marked(octets);
        length += marks == 0 ? 8 : static_cast<std::size_t>(std::countr_zero(marks)) / 8;
        if (marks == 0) continue;
      }
    }
    if (kNeedsQuoting[octet(line[length])]) break;  // a tab does not
    ++length;
  }
  return length;
}

void append_quoted_line(std::string& out, std::string_view line) {
  // A blank at the end of a line gets lost on the way, so it is written as "=20" or "=09".
  const bool blank_last = line.ends_with(' ') || line.ends_with('\t');
  const char last = blank_last ? line.back() : ' ';
  if (blank_last) line.remove_suffix(1);

  std::size_t column = 0;  // at most one less than the limit, so that "=" always has room
  const auto make_room = [&](std::size_t width) {
    if (column + width < kEncodedLine) return;
    out += "=\r\n";
    column = 0;
  };
  while (!line.empty()) {
    auto run = plain_run(line);
    if (run == 0) {
      make_room(3);
      append_hex(out, line[0]);
      column += 3;
      run = 1;
    } else {
      make_room(1);
      run = std::min(run, kEncodedLine - 1 - column);
      out += line.substr(0, run);
      column += run;
    }
    line.remove_prefix(run);
  }
  if (blank_last) {
    make_room(3);
    append_hex(out, last);
  }
  out += "\r\n";
}

/// How many octets are written as "=XX" (line ends are not). Without branches and in blocks whose
/// count fits an octet, so that the compiler looks at 16 octets at a time.
std::size_t count_quoted(std::string_view text) {
  constexpr std::size_t block = 240;
  std::size_t all = 0;
  while (!text.empty()) {
    std::uint8_t count = 0;
    for (const char c : text.substr(0, block)) {
      const auto outside = static_cast<std::uint8_t>(static_cast<std::uint8_t>(octet(c) - 0x20) > 0x5E);
      const auto quoted = outside & (c != '\t') & (c != '\r') & (c != '\n');
      count = static_cast<std::uint8_t>(count + (quoted | (c == '=')));
    }
    all += count;
    text.remove_prefix(std::min(block, text.size()));
  }
  return all;
}

/// Whether 7bit may carry it. Without branches, so that the compiler looks at 16 octets at a time.
bool is_ascii_text(std::string_view text) {
  std::uint8_t foreign = 0;
  for (const char c : text) {
    const auto outside = static_cast<std::uint8_t>(static_cast<std::uint8_t>(octet(c) - 0x20) > 0x5E);
    foreign |= static_cast<std::uint8_t>(outside & (c != '\t') & (c != '\r') & (c != '\n'));
  }
  return foreign == 0;
}

/// Jumps from the last line end within reach to the next, instead of from line to line.
bool every_line_fits(std::string_view text) {
  while (text.size() > kLongestLine) {
    const auto end = text.substr(0, kLongestLine + 2).rfind("\r\n");
    if (end == text.npos) return false;
    text.remove_prefix(end + 2);
  }
  return true;
}

}  // namespace

void append_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += '=';
  out += digits[octet(c) >> 4];
  out += digits[octet(c) & 15];
}

void append_base64(std::string& out, std::string_view bytes) {
  const auto start = out.size();
  out.resize(start + (bytes.size() + 2) / 3 * 4);
  char* sign = out.data() + start;
  for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
    const unsigned bits = (octet(bytes[0]) << 16) | (octet(bytes[1]) << 8) | octet(bytes[2]);
    *sign++ = kBase64[bits >> 18];
    *sign++ = kBase64[(bits >> 12) & 63];
    *sign++ = kBase64[(bits >> 6) & 63];
    *sign++ = kBase64[bits & 63];
  }
  if (bytes.empty()) return;
  const unsigned bits = (octet(bytes[0]) << 16) | (bytes.size() == 2 ? octet(bytes[1]) << 8 : 0);
  *sign++ = kBase64[bits >> 18];
  *sign++ = kBase64[(bits >> 12) & 63];
  *sign++ = bytes.size() == 2 ? kBase64[(bits >> 6) & 63] : '=';
  *sign++ = '=';
}

void append_base64_lines(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = std::min(bytes.size(), kBase64Octets);
    append_base64(out, bytes.substr(0, length));
    out += "\r\n";
    bytes.remove_prefix(length);
  }
}

void append_quoted_printable(std::string& out, std::string_view text) {
  while (!text.empty()) append_quoted_line(out, next_line(text));
}

TransferEncoding choose_encoding(std::string_view text) {
  if (is_ascii_text(text) && every_line_fits(text)) return TransferEncoding::seven_bit;
  const auto as_quoted = text.size() + 2 * count_quoted(text);
  const auto as_base64 = text.size() / kBase64Octets * (kEncodedLine + 2);
  return as_quoted <= as_base64 + kEncodedLine ? TransferEncoding::quoted_printable
                                               : TransferEncoding::base64;
}

}  // namespace postrider

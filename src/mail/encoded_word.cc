#include "mail/encoded_word.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/transfer_encoding.h"

namespace postrider {
namespace {

constexpr std::string_view kStartQ = "=?utf-8?q?";
constexpr std::string_view kStartB = "=?utf-8?b?";
constexpr std::string_view kEnd = "?=";
constexpr std::size_t kLine = 76;
constexpr std::size_t kAround = kStartQ.size() + kEnd.size();
constexpr std::size_t kLeast = kAround + 12;  // room for any character in Q: four octets, three signs each

/// What Q may hold as it is, also within a phrase.
bool is_plain(char c) {
  return is_letter_or_digit(c) || c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
}

std::size_t q_length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += is_plain(c) || c == ' ' ? 1 : 3;
  return length;
}

void append_q(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') {
      out += '_';
    } else if (is_plain(c)) {
      out += c;
    } else {
      append_hex(out, c);
    }
  }
}

/// How many octets of `text`, whole characters, fit into `room` signs.
std::size_t fitting(std::string_view text, std::size_t room, bool q) {
  std::size_t taken = 0;
  std::size_t used = 0;
  while (taken < text.size()) {
    const auto length = std::max<std::size_t>(utf8_length(text.substr(taken)), 1);
    used = q ? used + q_length(text.substr(taken, length)) : (taken + length + 2) / 3 * 4;
    if (used > room) break;
    taken += length;
  }
  return taken;
}

/// The most octets of `text`, whole characters, that fill base64 without padding; 0 if none do.
std::size_t unpadded(std::string_view text) {
  std::size_t most = 0;
  for (std::size_t taken = 0; taken < text.size();) {
    taken += std::max<std::size_t>(utf8_length(text.substr(taken)), 1);
    if (taken % 3 == 0) most = taken;
  }
  return most;
}

}  // namespace

std::size_t append_encoded_words(std::string& out, std::string_view text, std::size_t column) {
  const bool q = q_length(text) <= (text.size() + 2) / 3 * 4;
  if (column + kLeast > kLine) {
    out += "\r\n ";
    column = 1;
  }
  while (!text.empty()) {
    // 75 is the longest word there may be, even where the line is still empty.
    const auto room = std::min(kLine - column, std::size_t{75}) - kAround;
    auto taken = fitting(text, room, q);
    // GMime reads words of base64 that follow each other as one and loses what stands behind a "=".
    // So only the last may have padding; where no cut avoids it, one character goes ahead as Q.
    bool as_q = q;
    if (!q && taken < text.size()) {
      taken = unpadded(text.substr(0, taken));
      as_q = taken == 0;
      if (as_q) taken = std::max<std::size_t>(utf8_length(text), 1);
    }
    const auto start = out.size();
    out += as_q ? kStartQ : kStartB;
    if (as_q) {
      append_q(out, text.substr(0, taken));
    } else {
      append_base64(out, text.substr(0, taken));
    }
    out += kEnd;
    column += out.size() - start;
    text.remove_prefix(taken);
    if (!text.empty()) {
      out += "\r\n ";
      column = 1;
    }
  }
  return column;
}

}  // namespace postrider

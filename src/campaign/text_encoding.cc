#include "campaign/text_encoding.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::uint32_t replacement = 0xFFFD;

/// Windows-1252's 0x80 to 0x9F; all other bytes are the code points of the same number.
constexpr std::array<std::uint16_t, 32> c1_block = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
}

/// Without a last character that may only be cut off: at most three bytes from its lead byte on.
std::string_view without_cut_character(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xC2) {
      const std::size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
      return length > back ? text.substr(0, text.size() - back) : text;
    }
  }
  return text;
}

}  // namespace

Detected detect_encoding(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) return {Encoding::utf8, 3};
  if (head.starts_with("\xFF\xFE")) return {Encoding::utf16_little, 2};
  if (head.starts_with("\xFE\xFF")) return {Encoding::utf16_big, 2};
  return {is_valid_utf8(without_cut_character(head)) ? Encoding::utf8 : Encoding::windows_1252, 0};
}

std::string decode_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(byte >= 0x80 && byte < 0xA0 ? c1_block[byte - 0x80] : byte, out);
  }
  return out;
}

std::string Utf16Decoder::decode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    half_unit_ = !half_unit_;
    if (half_unit_) {
      first_byte_ = byte;
      continue;
    }
    const std::uint32_t high = big_endian_ ? first_byte_ : byte;
    const std::uint32_t low = big_endian_ ? byte : first_byte_;
    take_unit(high << 8 | low, out);
  }
  return out;
}

void Utf16Decoder::take_unit(std::uint32_t unit, std::string& out) {
  const bool is_low = unit >= 0xDC00 && unit < 0xE000;
  if (high_ != 0) {
    const auto high = high_;
    high_ = 0;
    if (is_low) return append_utf8(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
    append_utf8(replacement, out);
  }
  if (unit >= 0xD800 && unit < 0xDC00) {
    high_ = unit;
  } else {
    append_utf8(is_low ? replacement : unit, out);
  }
}

std::string Utf16Decoder::finish() {
  std::string out;
  if (high_ != 0 || half_unit_) append_utf8(replacement, out);
  high_ = 0;
  half_unit_ = false;
  return out;
}

}  // namespace postrider

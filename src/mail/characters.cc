#include "mail/characters.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

struct Range {
  char32_t first, last;
};
constexpr std::array kDeceptive{
    Range{0x80, 0xA0},       Range{0xAD, 0xAD},        Range{0x34F, 0x34F},   Range{0x61C, 0x61C},
    Range{0x115F, 0x1160},   Range{0x1680, 0x1680},    Range{0x180B, 0x180F}, Range{0x2000, 0x200F},
    Range{0x2028, 0x202F},   Range{0x205F, 0x206F},    Range{0x3000, 0x3000}, Range{0x3164, 0x3164},
    Range{0xE000, 0xF8FF},   Range{0xFDD0, 0xFDEF},    Range{0xFE00, 0xFE0F}, Range{0xFE6B, 0xFE6B},
    Range{0xFEFF, 0xFEFF},   Range{0xFF20, 0xFF20},    Range{0xFFA0, 0xFFA0}, Range{0xFFF0, 0xFFFF},
    Range{0x1FFFE, 0x1FFFF}, Range{0xE0000, 0x10FFFF},
};

}  // namespace

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char32_t code_point(std::string_view text, std::size_t length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (length == 1) return byte(0);
  char32_t point = byte(0) & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(i) & 0x3Fu);
  return point;
}

bool is_deceptive(char32_t point) {
  return std::ranges::any_of(kDeceptive, [point](Range r) { return point >= r.first && point <= r.last; });
}

std::string_view trim_cell(std::string_view text) {
  constexpr std::array<std::string_view, 3> invisible{"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF"};
  for (bool cut = true; cut;) {
    cut = false;
    text = trim(text);
    for (const auto blank : invisible) {
      while (text.starts_with(blank)) text.remove_prefix(blank.size()), cut = true;
      while (text.ends_with(blank)) text.remove_suffix(blank.size()), cut = true;
    }
  }
  return text;
}

}  // namespace postrider

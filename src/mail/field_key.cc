#include "base/text.h"
#include "mail/characters.h"
#include "mail/template.h"

namespace postrider {
namespace {

/// The two-octet letters of list headers: Latin-1, Latin Extended-A, Greek and Cyrillic. There is no
/// locale here, so that the same list matches on every machine.
char32_t lower(char32_t c) {
  const auto between = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (between('A', 'Z')) return c + 0x20;
  if (between(0xC0, 0xDE) && c != 0xD7) return c + 0x20;
  if (c == 0x178) return 0xFF;
  if (between(0x139, 0x148) || between(0x179, 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (between(0x100, 0x177) && c != 0x130 && c != 0x131 && c != 0x138) return c % 2 == 0 ? c + 1 : c;
  if (between(0x391, 0x3A9) && c != 0x3A2) return c + 0x20;
  if (between(0x400, 0x40F)) return c + 0x50;
  if (between(0x410, 0x42F)) return c + 0x20;
  return c;
}

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '_' || c == '-' || c == 0xA0 ||
         c == 0x200B || c == 0xFEFF;
}

}  // namespace

std::string field_key(std::string_view spelling) {
  std::string key;
  key.reserve(spelling.size());
  bool blank = false;
  while (!spelling.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(spelling), 1);
    const char32_t c = code_point(spelling, length);
    if (is_blank(c)) {
      blank = true;
    } else {
      if (blank && !key.empty()) key += ' ';
      blank = false;
      const char32_t low = lower(c);
      if (length == 1) {
        key += low < 0x80 ? static_cast<char>(low) : spelling[0];
      } else if (length == 2) {
        key += static_cast<char>(0xC0 | (low >> 6));
        key += static_cast<char>(0x80 | (low & 0x3F));
      } else {
        key += spelling.substr(0, length);
      }
    }
    spelling.remove_prefix(length);
  }
  return key;
}

}  // namespace postrider

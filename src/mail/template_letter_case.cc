#include "mail/template_letter_case.h"

#include <unicase.h>

#include <cstdlib>
#include <memory>
#include <new>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

using Mapping = decltype(&u8_toupper);

struct Release {
  void operator()(void* memory) const { std::free(memory); }
};

void append_mapped(std::string& out, std::string_view text, Mapping map, char first, char last) {
  if (is_ascii(text) || !is_valid_utf8(text)) {
    for (const char c : text) out += c >= first && c <= last ? static_cast<char>(c ^ 0x20) : c;
    return;
  }
  std::size_t length = 0;
  const std::unique_ptr<std::uint8_t, Release> mapped{map(reinterpret_cast<const std::uint8_t*>(text.data()),
                                                          text.size(), nullptr, nullptr, nullptr, &length)};
  if (!mapped) throw std::bad_alloc();
  out.append(reinterpret_cast<const char*>(mapped.get()), length);
}

}  // namespace

void append_upper(std::string& out, std::string_view text) {
  append_mapped(out, text, u8_toupper, 'a', 'z');
}

void append_lower(std::string& out, std::string_view text) {
  append_mapped(out, text, u8_tolower, 'A', 'Z');
}

void append_capitalized(std::string& out, std::string_view text) {
  if (text.empty()) return;
  const auto first = utf8_length(text);
  append_upper(out, text.substr(0, first == 0 ? 1 : first));
  append_lower(out, text.substr(first == 0 ? 1 : first));
}

}  // namespace postrider

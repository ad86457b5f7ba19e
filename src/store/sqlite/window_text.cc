#include "store/sqlite/window_text.h"

#include <fmt/format.h>

#include <charconv>

#include "base/check.h"
#include "base/text.h"

namespace postrider::sqlite {

std::string window_to_text(const std::optional<Window>& window) {
  if (!window) return "";
  return fmt::format("{} {} {} {}", window->start_hour, window->end_hour, window->weekdays_only ? 1 : 0,
                     window->zone);
}

std::optional<Window> window_from_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto pieces = split(text, ' ');
  CHECK(pieces.size() == 4);
  const auto number = [](std::string_view piece) {
    int value = 0;
    std::from_chars(piece.data(), piece.data() + piece.size(), value);
    return value;
  };
  return Window{number(pieces[0]), number(pieces[1]), number(pieces[2]) != 0, std::string{pieces[3]}};
}

}  // namespace postrider::sqlite

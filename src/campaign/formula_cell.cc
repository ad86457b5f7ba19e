#include "campaign/formula_cell.h"

#include <algorithm>
#include <array>

namespace postrider {
namespace {

// NBSP, zero-width space, ideographic space, byte order mark.
constexpr std::array<std::string_view, 10> kBlanks{
    " ", "\t", "\r", "\n", "\v", "\f", "\xC2\xA0", "\xE2\x80\x8B", "\xE3\x80\x80", "\xEF\xBB\xBF"};
// The last four are full-width: spreadsheets in East Asian languages take them for the others.
constexpr std::array<std::string_view, 8> kStarts{
    "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

std::string_view without_apostrophes(std::string_view cell) {
  return cell.substr(std::min(cell.find_first_not_of('\''), cell.size()));
}

}  // namespace

bool looks_like_formula(std::string_view cell) {
  if (cell.starts_with('\t') || cell.starts_with('\r')) return true;
  const auto begins = [&](std::string_view text) { return cell.starts_with(text); };
  for (auto blank = kBlanks.begin(); blank != kBlanks.end();) {
    blank = std::ranges::find_if(kBlanks, begins);
    if (blank != kBlanks.end()) cell.remove_prefix(blank->size());
  }
  return std::ranges::any_of(kStarts, begins);
}

std::string guarded(std::string_view cell) {
  return looks_like_formula(without_apostrophes(cell)) ? "'" + std::string(cell) : std::string(cell);
}

std::string_view unguarded(std::string_view cell) {
  return cell.starts_with('\'') && looks_like_formula(without_apostrophes(cell)) ? cell.substr(1) : cell;
}

}  // namespace postrider

#include "campaign/sheet_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kShortestId = 10, kLongestId = 100;
constexpr std::int64_t kMostColumns = 18'278;  // ZZZ, Google's own limit
constexpr std::int64_t kMostRows = 10'000'000;
constexpr std::size_t kLongestRange = 300;
constexpr std::string_view kAddress = "https://docs.google.com/spreadsheets/";

bool is_id(std::string_view text) {
  return text.size() >= kShortestId && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

std::unexpected<Error> no_sheet(std::string_view text) {
  return invalid(
      "bad_sheet_id",
      fmt::format("\"{}\" is no Google sheet. Give the address in the browser, "
                  "https://docs.google.com/spreadsheets/d/…/edit, or the id in it: the part between /d/ and "
                  "the next /, 10 to 100 letters, digits, - and _.",
                  one_line(text, 80)));
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || bad != std::errc{} || end != text.data() + text.size() || number < 0)
    return std::nullopt;
  return number;
}

/// "gid=7" in the query or the fragment.
std::optional<std::int64_t> tab_in(std::string_view rest) {
  for (std::size_t at = rest.find("gid="); at != rest.npos; at = rest.find("gid=", at + 1)) {
    if (at > 0 && !std::string_view("?&#").contains(rest[at - 1])) continue;
    const auto value = rest.substr(at + 4);
    return whole_number(value.substr(0, value.find_first_not_of("0123456789")));
  }
  return std::nullopt;
}

/// A cell, or only its column or row: "AB12", "AB", "12", "$A$1".
struct Corner {
  std::optional<std::int64_t> column, row;
};

std::optional<Corner> parse_corner(std::string_view text) {
  Corner corner;
  const auto skip_dollar = [&text] {
    if (text.starts_with('$')) text.remove_prefix(1);
  };
  skip_dollar();
  std::int64_t column = 0;
  while (!text.empty() && ((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z'))) {
    column = column * 26 + ((text[0] & ~0x20) - 'A' + 1);
    if (column > kMostColumns) return std::nullopt;
    text.remove_prefix(1);
  }
  if (column > 0) corner.column = column;
  skip_dollar();
  if (!text.empty()) {
    const auto row = whole_number(text);
    if (!row || *row < 1 || *row > kMostRows) return std::nullopt;
    corner.row = row;
  }
  if (!corner.column && !corner.row) return std::nullopt;
  return corner;
}

/// "A3:F", "A:Z", "B2".
std::optional<SheetRange> parse_cells(std::string_view text) {
  const auto colon = text.find(':');
  const auto first = parse_corner(text.substr(0, colon));
  if (!first) return std::nullopt;
  SheetRange range{.tab = {}, .first_row = first->row.value_or(1), .first_column = first->column.value_or(1)};
  if (colon == text.npos) {
    if (!first->row || !first->column) return std::nullopt;  // "Leads" is a tab, "7" is nothing
    range.last_row = range.first_row;
    range.last_column = range.first_column;
    return range;
  }
  const auto last = parse_corner(text.substr(colon + 1));
  if (!last) return std::nullopt;
  range.last_row = last->row;
  range.last_column = last->column;
  if (range.last_row && *range.last_row < range.first_row) return std::nullopt;
  if (range.last_column && *range.last_column < range.first_column) return std::nullopt;
  return range;
}

struct Split {
  std::optional<std::string> tab;
  std::string_view cells;
};

/// Takes the tab off: 'It''s'!A:Z or Leads!A:Z.
std::optional<Split> split_tab(std::string_view text) {
  if (!text.starts_with('\'')) {
    const auto mark = text.rfind('!');
    if (mark == text.npos) return Split{std::nullopt, text};
    if (text.substr(0, mark).contains('!') || mark == 0) return std::nullopt;
    return Split{std::string(text.substr(0, mark)), text.substr(mark + 1)};
  }
  std::string tab;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] != '\'') {
      tab += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\'') {
      tab += '\'';
      ++i;
    } else {
      const auto rest = text.substr(i + 1);
      if (tab.empty() || (!rest.empty() && !rest.starts_with('!'))) return std::nullopt;
      return Split{tab, rest.empty() ? rest : rest.substr(1)};
    }
  }
  return std::nullopt;  // the quote is never closed
}

}  // namespace

Result<SheetPlace> parse_sheet_place(std::string_view text) {
  text = trim(text);
  if (is_id(text)) return SheetPlace{std::string(text), std::nullopt};
  if (!text.starts_with(kAddress)) return no_sheet(text);
  auto rest = text.substr(kAddress.size());
  if (rest.starts_with("u/")) {  // /u/0/: which of the browser's accounts
    const auto slash = rest.find('/', 2);
    if (slash == rest.npos) return no_sheet(text);
    rest.remove_prefix(slash + 1);
  }
  if (!rest.starts_with("d/")) return no_sheet(text);
  rest.remove_prefix(2);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto id = rest.substr(0, end);
  if (!is_id(id)) return no_sheet(text);
  return SheetPlace{std::string(id), tab_in(rest.substr(end))};
}

Result<SheetRange> parse_sheet_range(std::string_view text) {
  text = trim(text);
  const auto wrong = [&] {
    return invalid("bad_sheet_range",
                   fmt::format("\"{}\" is no range. Write it like A:Z, Leads!A3:F or 'My tab'!A:Z; "
                               "its first row holds the headers.",
                               one_line(text, 80)));
  };
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (text.empty() || text.size() > kLongestRange || !is_valid_utf8(text) || std::ranges::any_of(text, odd))
    return wrong();
  const auto split = split_tab(text);
  if (!split) return wrong();
  if (split->tab && split->cells.empty()) {
    if (text.ends_with('!')) return wrong();
    return SheetRange{.tab = *split->tab};
  }
  auto range = parse_cells(split->cells);
  if (!range && !split->tab && !text.contains(':')) return SheetRange{.tab = std::string(text)};  // "Leads"
  if (!range) return wrong();
  range->tab = split->tab.value_or("");
  return *range;
}

std::string to_a1(const SheetRange& range) {
  std::string text;
  if (!range.tab.empty()) {
    text = "'";
    for (const char c : range.tab) text += c == '\'' ? std::string("''") : std::string(1, c);
    text += "'!";
  }
  text += column_letters(range.first_column) + std::to_string(range.first_row);
  // A range without an end needs one of the two: to the last column of the last row there can be.
  text += ":" + column_letters(range.last_column.value_or(kMostColumns));
  if (range.last_row) text += std::to_string(*range.last_row);
  return text;
}

std::string column_letters(std::int64_t column) {
  std::string letters;
  for (; column > 0; column = (column - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
  return letters;
}

}  // namespace postrider

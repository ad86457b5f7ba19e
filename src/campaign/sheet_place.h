#pragma once
// Where a list lies in Google Sheets: which spreadsheet, which tab, which cells; as people write it (an id,
// or the address in the browser; a range in A1 notation) and as the API takes it. Pure. Source:
// developers.google.com/workspace/sheets/api/guides/concepts (A1 notation).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct SheetPlace {
  std::string id;                   ///< of the spreadsheet: 10 to 100 letters, digits, - and _
  std::optional<std::int64_t> tab;  ///< its gid, when the address names one
};

/// An id, or https://docs.google.com/spreadsheets/d/ID/edit#gid=N. Addresses of other hosts are refused.
Result<SheetPlace> parse_sheet_place(std::string_view text);

/// Cells of one tab; rows and columns count from 1, both ends included, an empty end reaches to the last.
struct SheetRange {
  std::string tab;  ///< its title; empty: the first one, or the place's
  std::int64_t first_row = 1, first_column = 1;
  std::optional<std::int64_t> last_row, last_column;
  bool operator==(const SheetRange&) const = default;
};

/// "Leads!A3:F", "'My tab'!A:Z", "A:Z", "Leads", "B2". Not "Leads!A:Z!B" nor what has no first cell.
Result<SheetRange> parse_sheet_range(std::string_view text);

/// As the API takes it: the tab quoted, ends written out as far as they are known.
std::string to_a1(const SheetRange& range);

/// 1 → "A", 27 → "AA".
std::string column_letters(std::int64_t column);

}  // namespace postrider

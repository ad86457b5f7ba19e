#pragma once
// Sheets: the seam to Google Sheets, as lists and what became of them need it. Every call asks the network
// and blocks until its answer or its deadline; none is made on the loop. Thread safe.
//
// Error codes, each with a sentence that says what to do: sheet_not_found, sheet_no_access (it names whom to
// share with), sheet_quota, sheet_unavailable (no answer, or a broken one), bad_sheet_range, sheet_too_large,
// sheets_not_configured, oauth_refused.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "campaign/sheet_place.h"

namespace postrider {

struct SheetTab {
  std::int64_t id = 0;  ///< the gid, which a renamed tab keeps
  std::string title;
  std::int64_t rows = 0, columns = 0;  ///< of the grid
};

struct SheetOutline {
  std::string title;
  std::vector<SheetTab> tabs;  ///< those with cells, in their order
};

/// What was read of one range: one revision of the sheet, from one answer. Not thread safe.
class SheetRows {
 public:
  virtual ~SheetRows() = default;
  /// The next row's cells as the sheet shows them, without empty ones at their end; false at the end. Rows
  /// without any cell are there, but not those after the last cell of the range. A fault when what was kept
  /// cannot be read any more.
  virtual bool next(std::vector<std::string>& cells) = 0;
};

struct CellWrite {
  std::int64_t row = 0;
  std::vector<std::string> below;  ///< from that row downwards
};

class Sheets {
 public:
  virtual ~Sheets() = default;

  virtual Result<SheetOutline> outline(const std::string& id) = 0;
  virtual Result<std::unique_ptr<SheetRows>> read(const std::string& id, const SheetRange& range) = 0;
  /// Several ranges of one revision: for each its rows.
  virtual Result<std::vector<std::vector<std::vector<std::string>>>> read_columns(
      const std::string& id, const std::vector<SheetRange>& ranges) = 0;
  /// Ties an anchor to a column, which goes with it wherever people move it and ends with it; its number.
  virtual Result<std::int64_t> anchor(const std::string& id, std::int64_t tab, std::int64_t column) = 0;
  /// The column of an anchor, from 1; 0: it is gone.
  virtual Result<std::int64_t> anchored(const std::string& id, std::int64_t anchor) = 0;
  /// Puts texts into the column of an anchor, wherever it stands by then, as texts (never as formulas), by
  /// one request. `writes` go downwards. Where the anchor is gone, nothing is written.
  virtual Result<void> write(const std::string& id, std::int64_t anchor,
                             const std::vector<CellWrite>& writes) = 0;
  /// Adds empty columns to the right of a tab.
  virtual Result<void> widen(const std::string& id, std::int64_t tab, std::int64_t columns) = 0;
  /// Whom a sheet has to be shared with; empty: not known.
  virtual std::string account() = 0;
};

}  // namespace postrider

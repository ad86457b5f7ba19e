#pragma once
// RecipientSource: rows in. CSV today; Google Sheets and the API join behind the same seam, and
// nothing after it can tell them apart. Everything is streamed: memory does not grow with the list.

#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"

namespace postrider {

/// One row as it stands in the source.
struct SourceRow {
  std::int64_t row = 0;             ///< 1-based line or sheet row, as its owner counts; the header is row 1
  std::vector<std::string> values;  ///< as many as there are headers; missing cells are empty; UTF-8
  std::string problem;              ///< why the row cannot be used ("the row has 5 cells, the header
                                    ///< has 3"), for a Reject; empty: fine
};

class RecipientSource {
 public:
  virtual ~RecipientSource() = default;
  /// The header row: no name empty ("column 3" instead) and no two alike for a {{field}} ("Mail
  /// (2)"). An error when there is none. Which column is which is find_columns' affair.
  virtual Result<std::vector<std::string>> headers() = 0;
  /// The next row that is not blank; nothing at the end. An error names the row and ends the list;
  /// what spoils one row only is that row's `problem`.
  virtual Result<std::optional<SourceRow>> next() = 0;
  virtual std::string name() const = 0;
};

/// Reads CSV (RFC 4180 and what spreadsheets really write): "," ";" or tab found by itself,
/// quotes, BOM, UTF-8, UTF-16 with BOM, else Latin-1 (Windows-1252); the "'" that keeps a spreadsheet
/// from calculating a cell is taken off (formula_cell.h). At most 1,000 columns, 64 KiB
/// a cell (more is a problem of that row) and 1 MiB a row (more is an error). `in` is opened in
/// binary mode and outlives the source; a fault when it cannot be read.
std::unique_ptr<RecipientSource> make_csv_source(std::istream& in, std::string name);

/// Which columns hold address and name; -1 for no name column. Well-known header names (email,
/// e-mail, mail, …; name, full name, …), case-insensitive; the leftmost match wins. An error when no
/// column holds addresses.
struct ColumnRoles {
  int email = -1;
  int name = -1;
};
Result<ColumnRoles> find_columns(const std::vector<std::string>& headers);

/// Headers to the right of the address column that would have been taken for it: worth a word, since only the
/// leftmost counts.
std::vector<std::string> further_address_columns(const std::vector<std::string>& headers, int email);

/// Why a row did not become a recipient.
struct Reject {
  std::int64_t row = 0;
  std::string address;  ///< as given
  std::string reason;   ///< "bad address: …", "duplicate of row 12", "suppressed: …"
};

}  // namespace postrider

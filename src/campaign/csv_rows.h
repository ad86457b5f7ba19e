#pragma once
// CsvRows: cuts text into rows of cells with libcsv, bytes in and bytes out; it knows nothing of
// headers and encodings. Inside this room only. RFC 4180, and what goes beyond it: lone CR and LF
// end a row too, blanks around unquoted cells are dropped, a stray quote inside an unquoted cell is
// a character like any other.
//
// A row's number is what a spreadsheet shows: blank rows count, a quoted cell with line breaks
// does not make more. Text after a closing quote cannot be understood for certain: such a row is
// handed out with the problem named, and rows after it are read as if the quote had been closed.

#include <csv.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postrider {

constexpr std::size_t most_bytes_in_cell = 64 * 1024;
constexpr std::size_t most_bytes_in_row = 1024 * 1024;

struct CsvRow {
  std::int64_t number = 0;
  std::span<const std::string_view> cells;
  std::string problem;  ///< empty: fine
};

class CsvRows {
 public:
  explicit CsvRows(char separator);
  ~CsvRows();
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;

  /// More of the text. Rows taken earlier are gone afterwards. The error, about a row that is too
  /// long, holds for what comes after the rows that can still be taken.
  Result<void> feed(std::string_view text);
  /// The end of the text. The error: a quote was never closed.
  Result<void> finish();

  /// The next complete row, without those that are blank lines. Valid until the next call.
  std::optional<CsvRow> take();

 private:
  enum class Problem : std::uint8_t { none, long_cell, text_after_quote };
  struct Row {
    std::int64_t number;
    std::size_t first_cell, last_cell;  ///< indices into ends_, [first, last)
    Problem problem;
    std::size_t at;  ///< 1-based column of the problem
  };

  static void on_cell(void* bytes, std::size_t size, void* self) noexcept;
  static void on_row(int terminator, void* self) noexcept;
  std::size_t cells_so_far() const { return ends_.size() - open_cell_; }
  void note(Problem problem, std::size_t column);
  void forget_taken();
  Result<void> check_length();

  csv_parser parser_{};
  // Cells of all rows not yet taken, one after another; cell i ends at ends_[i].
  std::string text_;
  std::vector<std::size_t> ends_;
  std::vector<Row> rows_;
  std::size_t taken_ = 0;                ///< rows handed out
  std::vector<std::string_view> cells_;  ///< of the row handed out last

  // The row that is being read.
  std::int64_t number_ = 1;
  std::size_t open_cell_ = 0;  ///< index of its first cell
  std::size_t row_bytes_ = 0;
  Problem problem_ = Problem::none;
  std::size_t problem_at_ = 0;
  bool after_cr_ = false;  ///< the row before ended with CR: an LF now belongs to it
  bool too_long_ = false;  ///< and nothing after it is read
};

}  // namespace postrider

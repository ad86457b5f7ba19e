#include "campaign/csv_rows.h"

#include <fmt/format.h>

#include "base/check.h"

namespace postrider {
namespace {

// Strict makes libcsv stop at a misplaced quote instead of guessing; see feed().
constexpr unsigned char careful = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
constexpr unsigned char lenient = CSV_REPALL_NL;

constexpr std::size_t growth = 4096;  // libcsv's own step for its cell buffer is 128 bytes

}  // namespace

CsvRows::CsvRows(char separator) {
  CHECK(csv_init(&parser_, careful) == 0);
  csv_set_delim(&parser_, static_cast<unsigned char>(separator));
  csv_set_blk_size(&parser_, growth);
}

CsvRows::~CsvRows() {
  csv_free(&parser_);
}

Result<void> CsvRows::feed(std::string_view text) {
  forget_taken();
  while (!text.empty()) {
    const auto done = csv_parse(&parser_, text.data(), text.size(), on_cell, on_row, this);
    if (done == text.size()) break;
    if (csv_error(&parser_) != CSV_EPARSE) throw Fault(csv_strerror(csv_error(&parser_)));
    // A misplaced quote. In an unquoted cell (5" pipe) it is only a character. After the closing
    // quote of a quoted cell ("Ana" Smith) the rest of the cell is read as unquoted: libcsv alone
    // would go on to the next quote, through any number of rows.
    if (parser_.quoted != 0) note(Problem::text_after_quote, cells_so_far() + 1);
    parser_.quoted = 0;
    csv_set_opts(&parser_, lenient);
    csv_parse(&parser_, text.data() + done, 1, on_cell, on_row, this);
    csv_set_opts(&parser_, careful);
    text.remove_prefix(done + 1);
  }
  return check_length();
}

Result<void> CsvRows::finish() {
  if (too_long_) return check_length();
  if (csv_fini(&parser_, on_cell, on_row, this) == 0) return {};
  return invalid("bad_csv",
                 fmt::format("Row {}: a quote (\") in column {} is never closed. Close it, or double "
                             "it if it is part of the text.",
                             number_, cells_so_far() + 1));
}

std::optional<CsvRow> CsvRows::take() {
  if (taken_ == rows_.size()) return std::nullopt;
  const auto& row = rows_[taken_++];
  cells_.clear();
  for (auto i = row.first_cell; i < row.last_cell; ++i) {
    const auto begin = i == 0 ? 0 : ends_[i - 1];
    cells_.push_back(std::string_view{text_}.substr(begin, ends_[i] - begin));
  }
  CsvRow out{.number = row.number, .cells = cells_};
  switch (row.problem) {
    case Problem::none:
      break;
    case Problem::long_cell:
      out.problem = fmt::format("the cell in column {} is longer than 64 KiB", row.at);
      break;
    case Problem::text_after_quote:
      out.problem = fmt::format(
          "the cell in column {} goes on after its closing quote; double quotes that are "
          "part of the text",
          row.at);
      break;
  }
  return out;
}

void CsvRows::on_cell(void* bytes, std::size_t size, void* self) noexcept {
  auto& rows = *static_cast<CsvRows*>(self);
  if (rows.too_long_) return;
  rows.row_bytes_ += size + 1;
  if (rows.row_bytes_ > most_bytes_in_row) {
    rows.too_long_ = true;
    return;
  }
  if (size > 0) rows.text_.append(static_cast<const char*>(bytes), size);
  rows.ends_.push_back(rows.text_.size());
  if (size > most_bytes_in_cell) rows.note(Problem::long_cell, rows.cells_so_far());
}

void CsvRows::on_row(int terminator, void* self) noexcept {
  auto& rows = *static_cast<CsvRows*>(self);
  if (rows.too_long_) return;
  const bool ends_crlf = terminator == '\n' && rows.after_cr_ && rows.cells_so_far() == 0;
  rows.after_cr_ = terminator == '\r';
  if (ends_crlf) return;
  if (rows.cells_so_far() > 0) {
    rows.rows_.push_back({rows.number_, rows.open_cell_, rows.ends_.size(), rows.problem_, rows.problem_at_});
  }
  ++rows.number_;
  rows.open_cell_ = rows.ends_.size();
  rows.row_bytes_ = 0;
  rows.problem_ = Problem::none;
}

void CsvRows::note(Problem problem, std::size_t column) {
  if (problem_ != Problem::none) return;
  problem_ = problem;
  problem_at_ = column;
}

void CsvRows::forget_taken() {
  CHECK(taken_ == rows_.size());
  const auto bytes = open_cell_ == 0 ? 0 : ends_[open_cell_ - 1];
  text_.erase(0, bytes);
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(open_cell_));
  for (auto& end : ends_) end -= bytes;
  rows_.clear();
  taken_ = open_cell_ = 0;
}

Result<void> CsvRows::check_length() {
  // entry_pos: what libcsv has gathered of a cell that has not ended yet.
  if (row_bytes_ + parser_.entry_pos > most_bytes_in_row) too_long_ = true;
  if (!too_long_) return {};
  return invalid(
      "bad_csv",
      fmt::format("Row {} is longer than 1 MiB. Perhaps a quote (\") in it is never closed.", number_));
}

}  // namespace postrider

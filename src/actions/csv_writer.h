#pragma once
// Writes CSV (RFC 4180: CRLF, quotes where needed, doubled inside) that a spreadsheet cannot be
// tricked with: a cell that would be taken for a formula gets a "'" in front, which spreadsheets
// hide. Not thread safe.

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace postrider {

/// The cell with "'" in front when it starts with = + - @ TAB or CR, or does so after blanks.
std::string safe_cell(std::string_view cell);

class CsvWriter {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}
  void write(const std::vector<std::string>& cells);

 private:
  std::ostream& out_;
};

}  // namespace postrider

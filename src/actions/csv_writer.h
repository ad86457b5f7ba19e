#pragma once
// Writes CSV (RFC 4180: CRLF, quotes where needed, doubled inside) that a spreadsheet cannot be
// tricked with: a cell that would be taken for a formula gets a "'" in front, which spreadsheets
// hide and our reader takes off again (campaign/formula_cell.h). Not thread safe.

#include <ostream>
#include <string>
#include <vector>

namespace postrider {

class CsvWriter {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}
  void write(const std::vector<std::string>& cells);

 private:
  std::ostream& out_;
};

}  // namespace postrider

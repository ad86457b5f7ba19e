#include "actions/csv_writer.h"

namespace postrider {

std::string safe_cell(std::string_view cell) {
  if (cell.empty()) return {};
  const auto begins = cell.find_first_not_of(" \t\r\n\v\f");
  const bool formula = cell.front() == '\t' || cell.front() == '\r' ||
                       (begins != std::string_view::npos && std::string_view("=+-@").contains(cell[begins]));
  return formula ? "'" + std::string(cell) : std::string(cell);
}

void CsvWriter::write(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& given : cells) {
    if (&given != &cells.front()) line += ',';
    const auto cell = safe_cell(given);
    // Blanks at the ends are kept by quoting them; a row of one empty cell would be a blank line.
    const bool quoted = cell.find_first_of(",;\t\"\r\n") != std::string::npos ||
                        (!cell.empty() && (cell.front() == ' ' || cell.back() == ' ')) ||
                        (cell.empty() && cells.size() == 1);
    if (!quoted) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  line += "\r\n";
  out_ << line;
}

}  // namespace postrider

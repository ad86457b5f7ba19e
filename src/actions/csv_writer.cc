#include "actions/csv_writer.h"

#include "campaign/formula_cell.h"

namespace postrider {

void CsvWriter::write(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& given : cells) {
    if (&given != &cells.front()) line += ',';
    const auto cell = guarded(given);
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

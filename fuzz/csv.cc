// Lists as people have them. Rows do not depend on where the file is cut into chunks, stay within
// the bounds that are promised, and number themselves upwards; what cannot be read is an error that
// says so, never an end that looks like success.

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "campaign/csv_rows.h"
#include "campaign/recipients.h"
#include "campaign/text_encoding.h"
#include "fuzz/pieces.h"
#include "fuzz/targets.h"
#include "mail/template.h"

namespace postrider::fuzz {
namespace {

struct Row {
  std::int64_t number = 0;
  std::vector<std::string> cells;
  std::string problem;
  bool operator==(const Row&) const = default;
};

struct List {
  std::vector<std::string> headers;
  std::vector<Row> rows;
  std::string error;
  bool operator==(const List&) const = default;
};

/// The bare rows when at most `most` bytes arrive at a time.
List cut(std::string_view text, char separator, std::size_t most) {
  Cuts cuts(text);
  CsvRows rows(separator);
  List list;
  const auto take_all = [&] {
    while (const auto row = rows.take()) {
      list.rows.push_back({row->number, {row->cells.begin(), row->cells.end()}, row->problem});
    }
  };
  for (auto rest = text; !rest.empty();) {
    const auto fed = rows.feed(cuts.take(rest, most));
    take_all();
    if (!fed) {
      list.error = fed.error().message;
      return list;
    }
  }
  const auto finished = rows.finish();
  take_all();
  if (!finished) list.error = finished.error().message;
  return list;
}

void check_cutting(std::string_view text) {
  const auto separator = ",;\t"[text.size() % 3];
  const List whole = cut(text, separator, text.size() + 1);
  require(whole == cut(text, separator, 1), "byte by byte gives the same rows");
  require(whole == cut(text, separator, 11), "pieces give the same rows");
}

void check_utf16(std::string_view text) {
  for (const bool big_endian : {false, true}) {
    Utf16Decoder at_once(big_endian);
    std::string wanted = at_once.decode(text);
    wanted += at_once.finish();
    require(is_valid_utf8(wanted), "UTF-16 becomes valid UTF-8");
    Utf16Decoder piece_by_piece(big_endian);
    Cuts cuts(text);
    std::string found;
    for (auto rest = text; !rest.empty();) found += piece_by_piece.decode(cuts.take(rest, 5));
    found += piece_by_piece.finish();
    require(found == wanted, "pieces of UTF-16 give the same text");
  }
}

void check_headers(const std::vector<std::string>& headers) {
  require(!headers.empty() && headers.size() <= 1'000, "1 to 1,000 columns");
  std::vector<std::string> keys;
  for (const auto& header : headers) {
    require(!header.empty(), "every column has a name");
    require(is_valid_utf8(header), "a column's name is valid UTF-8");
    keys.push_back(field_key(header));
  }
  std::ranges::sort(keys);
  require(std::ranges::adjacent_find(keys) == keys.end(), "no two columns are one field");
  (void)find_columns(headers);
}

List read(const std::string& bytes) {
  std::istringstream in(bytes);
  const auto source = make_csv_source(in, "list.csv");
  List list;
  const auto headers = source->headers();
  if (!headers) {
    require(!headers.error().message.empty(), "an error says what is wrong");
    require(!source->next().has_value(), "a list without a header has no rows");
    list.error = headers.error().message;
    return list;
  }
  check_headers(*headers);
  list.headers = *headers;
  std::int64_t last = 1;
  while (true) {
    const auto row = source->next();
    if (!row) {
      list.error = row.error().message;
      require(!source->next().has_value(), "after an error it stays an error");
      return list;
    }
    if (!*row) return list;
    require((*row)->row > last, "rows are numbered upwards");
    last = (*row)->row;
    require((*row)->values.size() == headers->size(), "a value for each column");
    for (const auto& value : (*row)->values) require(is_valid_utf8(value), "a value is valid UTF-8");
    require(is_valid_utf8((*row)->problem), "a problem is valid UTF-8");
    list.rows.push_back({(*row)->row, (*row)->values, (*row)->problem});
  }
}

/// The same rows where a chunk of the file ends in the middle of them: behind as much filler as lets
/// the first 64 KiB end within `bytes`.
void check_chunk_edge(const std::string& bytes) {
  constexpr std::size_t chunk = 64 * 1024;
  constexpr std::size_t longest = 8 * 1024;
  const std::string header = "a,b\n";
  const auto plain = read(header + bytes);
  std::string moved = header;
  std::size_t before = 0;
  for (const auto end = chunk - Cuts(bytes).number(bytes.size()); moved.size() + 1 < end; ++before) {
    moved.append(std::min(longest, end - moved.size() - 1), 'x');
    moved += '\n';
  }
  auto found = read(moved + bytes);
  require(found.headers == plain.headers, "the same header");
  require(found.rows.size() == plain.rows.size() + before, "as many rows");
  found.rows.erase(found.rows.begin(), found.rows.begin() + static_cast<std::ptrdiff_t>(before));
  for (auto& row : found.rows) row.number -= static_cast<std::int64_t>(before);
  require(found.rows == plain.rows, "the same rows across the edge of a chunk");
  require(found.error.empty() == plain.error.empty(), "and the same end");
}

}  // namespace

void try_csv(std::string_view bytes) {
  const std::string text(bytes);
  const List list = read(text);
  require(list.rows.size() <= bytes.size() + 1, "no more rows than bytes");
  check_cutting(bytes);
  check_utf16(bytes);
  // What is not UTF-8 is judged by the first chunk, so only UTF-8 can be moved about.
  if (bytes.size() % 16 == 5 && is_valid_utf8(bytes)) check_chunk_edge(text);
}

}  // namespace postrider::fuzz

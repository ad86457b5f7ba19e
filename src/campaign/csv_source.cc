#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "campaign/csv_rows.h"
#include "campaign/formula_cell.h"
#include "campaign/header_names.h"
#include "campaign/recipients.h"
#include "campaign/text_encoding.h"

namespace postrider {
namespace {

constexpr std::size_t chunk_size = 64 * 1024;
constexpr std::size_t most_columns = 1000;

bool is_blank(std::span<const std::string_view> cells) {
  return std::ranges::all_of(cells, [](std::string_view cell) { return trim(cell).empty(); });
}

/// The separator that stands most often in the first line that is not blank, outside quotes.
char find_separator(std::string_view text) {
  constexpr std::string_view separators = ",;\t";  // the first of equals wins
  std::array<int, separators.size()> counts{};
  bool quoted = false;
  bool cell_begins = true;  // only here, or doubled, does a quote open
  bool quote_closed = false;
  bool blank = true;
  for (const char c : text) {
    if (c == '"') {
      const bool opens = !quoted && (cell_begins || quote_closed);
      quote_closed = quoted;
      quoted = opens;
    } else {
      quote_closed = false;
    }
    if (!quoted && (c == '\n' || c == '\r')) {
      if (!blank) break;
      counts = {};
      cell_begins = true;
      continue;
    }
    const auto which = separators.find(c);
    if (!quoted && which != separators.npos) ++counts[which];
    cell_begins = which != separators.npos || (cell_begins && c == ' ');
    if (which == separators.npos && c != ' ') blank = false;
  }
  return separators[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

/// Excel's own first line "sep=;": takes it off the text and tells the separator. It is no row.
std::optional<char> take_excel_separator(std::string_view& text) {
  if (text.size() < 6 || !equals_ignoring_case(text.substr(0, 4), "sep=")) return std::nullopt;
  const auto end = text.find_first_of("\r\n", 5);
  if (end != 5 || text[4] == '"') return std::nullopt;
  const char separator = text[4];
  text.remove_prefix(text.substr(5).starts_with("\r\n") ? 7 : 6);
  return separator;
}

class CsvSource final : public RecipientSource {
 public:
  CsvSource(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  Result<std::vector<std::string>> headers() override {
    if (!started_) {
      if (auto begun = begin(); !begun) failed_ = begun.error();
      started_ = true;
    }
    // Rows may have failed since; only a failure before the header took the header with it.
    if (headers_.empty()) return std::unexpected(*failed_);
    return headers_;
  }

  Result<std::optional<SourceRow>> next() override {
    if (!started_) (void)headers();
    if (headers_.empty()) return std::unexpected(*failed_);
    while (true) {
      auto row = next_cut();
      if (!row) return std::unexpected(row.error());
      if (!*row) return std::nullopt;
      if (!is_blank((*row)->cells)) return make_row(**row);
    }
  }

  std::string name() const override { return name_; }

 private:
  Result<void> begin() {
    read_chunk();
    const auto detected = detect_encoding(chunk_);
    encoding_ = detected.encoding;
    chunk_.erase(0, detected.mark);
    if (encoding_ == Encoding::utf16_little) utf16_.emplace(false);
    if (encoding_ == Encoding::utf16_big) utf16_.emplace(true);
    const auto head = chunk_text();
    std::string_view text = head;
    const auto given = take_excel_separator(text);
    rows_.emplace(given ? *given : find_separator(text));
    if (auto fed = rows_->feed(text); !fed) fail(fed.error());

    while (true) {
      const auto row = next_cut();
      if (!row) return std::unexpected(row.error());
      if (!*row) return invalid("no_header", name_ + " is empty: its first row must name the columns.");
      if (!is_blank((*row)->cells)) return read_header(**row);
    }
  }

  Result<void> read_header(const CsvRow& row) {
    const auto bad = [&](std::string_view why) {
      return invalid("bad_header", fmt::format("{}, row {} (the header): {}.", name_, row.number, why));
    };
    if (!row.problem.empty()) return bad(row.problem);
    if (row.cells.size() > most_columns) {
      return bad(fmt::format("{} columns; at most {} are read", row.cells.size(), most_columns));
    }
    HeaderNames names;
    for (const auto cell : row.cells) {
      if (cell.contains('\0')) return bad("it is no plain text; save the list as CSV in UTF-8");
      const auto text = decode(cell);
      names.add(unguarded(text));
    }
    headers_ = names.take();
    return {};
  }

  SourceRow make_row(const CsvRow& row) const {
    SourceRow out{
        .row = row.number, .values = std::vector<std::string>(headers_.size()), .problem = row.problem};
    for (std::size_t i = 0; i < std::min(row.cells.size(), headers_.size()); ++i) {
      const auto cell = row.cells[i];
      out.values[i] = unguarded(decode(cell));
      if (out.problem.empty() && cell.contains('\0')) {
        out.problem = fmt::format("the cell in column {} holds a NUL byte", i + 1);
      }
    }
    auto used = row.cells.size();
    while (used > headers_.size() && trim(row.cells[used - 1]).empty()) --used;
    if (out.problem.empty() && used > headers_.size()) {
      out.problem = fmt::format("the row has {} cells, the header has {}", used, headers_.size());
    }
    return out;
  }

  /// The next row as it was cut; nothing at the end.
  Result<std::optional<CsvRow>> next_cut() {
    while (true) {
      if (auto row = rows_->take()) return row;
      if (failed_) return std::unexpected(*failed_);
      if (ended_) return std::nullopt;
      if (auto fed = feed_more(); !fed) fail(fed.error());
    }
  }

  void fail(Error error) {
    error.message = name_ + ": " + error.message;
    failed_ = std::move(error);
  }

  Result<void> feed_more() {
    read_chunk();
    if (!chunk_.empty()) return rows_->feed(chunk_text());
    ended_ = true;
    if (utf16_) {
      if (auto fed = rows_->feed(utf16_->finish()); !fed) return fed;
    }
    return rows_->finish();
  }

  /// Empty at the end. A file that cannot be read any further is no end.
  void read_chunk() {
    chunk_.resize(chunk_size);
    in_.read(chunk_.data(), static_cast<std::streamsize>(chunk_size));
    if (in_.bad() || (in_.fail() && !in_.eof())) throw Fault("cannot read " + name_);
    chunk_.resize(static_cast<std::size_t>(in_.gcount()));
  }

  /// The chunk in a form whose separators, quotes and line ends are single bytes.
  std::string chunk_text() { return utf16_ ? utf16_->decode(chunk_) : std::move(chunk_); }

  /// A UTF-8 file may still hold a cell pasted from elsewhere: that cell alone is Windows-1252.
  std::string decode(std::string_view cell) const {
    if (encoding_ != Encoding::windows_1252 && is_valid_utf8(cell)) return std::string{cell};
    return decode_windows_1252(cell);
  }

  std::istream& in_;
  std::string name_;
  std::string chunk_;
  Encoding encoding_ = Encoding::utf8;
  std::optional<Utf16Decoder> utf16_;
  std::optional<CsvRows> rows_;
  std::vector<std::string> headers_;
  std::optional<Error> failed_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<RecipientSource> make_csv_source(std::istream& in, std::string name) {
  return std::make_unique<CsvSource>(in, std::move(name));
}

}  // namespace postrider

#include "google/value_rows.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/result.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestCell = 1 << 20;  // Google's own limit is 50,000 characters
constexpr std::size_t kMostCells = 20'000;     // of a row; Google's is 18,278
constexpr std::size_t kLongestWord = 64 * 1024;

[[noreturn]] void fail() {
  throw Fault(fmt::format("cannot keep what was read of a sheet: {}", std::strerror(errno)));
}

void put(std::FILE* file, const void* bytes, std::size_t size) {
  if (size > 0 && std::fwrite(bytes, 1, size, file) != size) fail();
}

void get(std::FILE* file, void* bytes, std::size_t size) {
  if (size > 0 && std::fread(bytes, 1, size, file) != size) fail();
}

/// Hears the JSON and writes a row as soon as it is whole: how many cells, then each one's length and bytes.
struct Rows {
  // What basic_parser asks of its handler.
  constexpr static std::size_t max_object_size = std::size_t(-1);
  constexpr static std::size_t max_array_size = std::size_t(-1);
  constexpr static std::size_t max_key_size = std::size_t(-1);
  constexpr static std::size_t max_string_size = std::size_t(-1);

  std::FILE* file = nullptr;
  int depth = 0;           // of arrays and objects
  bool in_values = false;  // the top object's member "values" is being read
  bool odd = false;        // not of the form we know
  std::string word, key;
  std::vector<std::string> cells;

  bool cell(std::string text) {
    if (depth == 0) odd = true;
    if (!in_values) return !odd;
    // A scalar stands in a row, which is the third level: object, values, row.
    odd = odd || depth != 3 || cells.size() >= kMostCells;
    if (!odd) cells.push_back(std::move(text));
    return !odd;
  }
  bool more(std::string_view piece) {
    word += piece;
    odd = odd || word.size() > (in_values ? kLongestCell : kLongestWord);
    return !odd;
  }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    odd = odd || in_values;
    ++depth;
    return !odd;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    --depth;
    return true;
  }
  bool on_array_begin(json::error_code&) {
    odd = odd || depth == 0 || (in_values && depth > 2);
    ++depth;
    return !odd;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    --depth;
    if (in_values && depth == 2) write_row();
    if (depth == 1) in_values = false;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    return more({part.data(), part.size()});
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    if (!more({part.data(), part.size()})) return false;
    key = std::exchange(word, {});
    if (depth == 1) in_values = key == "values";
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    return more({part.data(), part.size()});
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    return more({part.data(), part.size()}) && cell(std::exchange(word, {}));
  }
  bool on_number_part(json::string_view part, json::error_code&) { return more({part.data(), part.size()}); }
  bool on_number(json::string_view part) {
    return more({part.data(), part.size()}) && cell(std::exchange(word, {}));
  }
  bool on_int64(std::int64_t, json::string_view part, json::error_code&) { return on_number(part); }
  bool on_uint64(std::uint64_t, json::string_view part, json::error_code&) { return on_number(part); }
  bool on_double(double, json::string_view part, json::error_code&) { return on_number(part); }
  bool on_bool(bool yes, json::error_code&) { return cell(yes ? "TRUE" : "FALSE"); }
  bool on_null(json::error_code&) { return cell({}); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  void write_row() {
    while (!cells.empty() && cells.back().empty()) cells.pop_back();
    const auto count = static_cast<std::uint32_t>(cells.size());
    put(file, &count, sizeof count);
    for (const auto& text : cells) {
      const auto size = static_cast<std::uint32_t>(text.size());
      put(file, &size, sizeof size);
      put(file, text.data(), text.size());
    }
    cells.clear();
  }
};

}  // namespace

struct ValueRows::Parser {
  json::basic_parser<Rows> json{json::parse_options{}};
  json::error_code bad;
};

ValueRows::ValueRows() : parser_(std::make_unique<Parser>()), file_(std::tmpfile()) {
  if (file_ == nullptr) fail();
  parser_->json.handler().file = file_;
}

ValueRows::~ValueRows() {
  std::fclose(file_);
}

bool ValueRows::take(std::string_view json) {
  parser_->json.write_some(true, json.data(), json.size(), parser_->bad);
  return !parser_->bad && !parser_->json.handler().odd;
}

bool ValueRows::finish() {
  parser_->json.write_some(false, "", 0, parser_->bad);
  if (parser_->bad || parser_->json.handler().odd || !parser_->json.done()) return false;
  if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0) fail();
  return true;
}

bool ValueRows::next(std::vector<std::string>& cells) {
  cells.clear();
  std::uint32_t count = 0;
  if (std::fread(&count, 1, sizeof count, file_) != sizeof count) {
    if (std::ferror(file_) != 0) fail();
    return false;
  }
  cells.resize(count);
  for (auto& text : cells) {
    std::uint32_t size = 0;
    get(file_, &size, sizeof size);
    text.resize(size);
    get(file_, text.data(), size);
  }
  return true;
}

}  // namespace postrider

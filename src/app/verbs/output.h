#pragma once
// Output: how a verb answers. For people: aligned tables and sentences, one line each, with
// nothing in them that could steer a terminal. For programs (--json): one JSON value a line with
// stable snake_case names. Errors look the same from every verb. Not thread safe.

#include <boost/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "actions/problem.h"
#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// Columns of text, as wide as their widest cell.
class Table {
 public:
  /// A header that starts with ">" stands, like its column, to the right. No headers: a list of
  /// names and values, with a colon after each name.
  explicit Table(std::vector<std::string> headers = {}) : headers_(std::move(headers)) {}
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// `columns`: cut lines longer than this; 0: do not.
  void print(std::ostream& out, int columns) const;

 private:
  std::vector<std::string> headers_;
  std::vector<std::vector<std::string>> rows_;
};

class Output {
 public:
  Output(std::ostream& out, std::ostream& err, bool json, int columns)
      : out_(out), err_(err), json_(json), columns_(columns) {}

  bool wants_json() const { return json_; }
  void print(const boost::json::value& value) { out_ << boost::json::serialize(value) << '\n'; }
  void print(const Table& table) { table.print(out_, columns_); }
  void say(std::string_view line) { out_ << line << '\n'; }   ///< the result, for people
  void note(std::string_view line) { err_ << line << '\n'; }  ///< what goes beside it

  /// Prints the error and answers the exit code that belongs to its kind. `problems`: the parts
  /// it is made of, for programs.
  int fail(const Error& error, const std::vector<Problem>& problems = {});
  /// Our surroundings broke.
  int fail(const std::exception& fault);

 private:
  std::ostream& out_;
  std::ostream& err_;
  bool json_;
  int columns_;
};

int exit_code(Error::Kind kind);

/// "2026-11-24T09:00:00Z", without fractions: for people. "-" for none.
std::string show_time(const std::optional<WallTime>& t);
/// RFC 3339, or null.
boost::json::value time_json(const std::optional<WallTime>& t);
/// "3d 4h", "1h 5m", "12s": the two largest units.
std::string show_span(Micros d);
/// How many columns a terminal needs: code points, near enough.
std::size_t display_width(std::string_view text);
/// At most `width` columns, with "…" where something was cut.
std::string fit(std::string_view text, std::size_t width);
/// "1 email", "2 emails".
std::string count_of(std::int64_t n, std::string_view noun);

}  // namespace postrider

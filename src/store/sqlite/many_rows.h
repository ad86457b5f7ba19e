#pragma once
// many_rows: one INSERT of several rows. To begin and end a statement costs SQLite about as much as a
// row of it, so whoever has many rows at hand writes them together. Store room only.

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace postrider::sqlite {

/// `insert` ("INSERT INTO t (a, b)") with `rows` rows of the shape `row` ("(#, ?1)"): each # is a parameter
/// of its own, numbered from `first` on, row by row; other parameters are the same for all rows.
inline std::string many_rows(std::string_view insert, std::string_view row, std::size_t rows, int first = 1) {
  std::string sql{insert};
  for (std::size_t n = 0; n < rows; ++n) {
    sql += n == 0 ? " VALUES " : ", ";
    for (const char c : row) {
      if (c == '#') {
        sql += fmt::format("?{}", first++);
      } else {
        sql += c;
      }
    }
  }
  return sql;
}

}  // namespace postrider::sqlite

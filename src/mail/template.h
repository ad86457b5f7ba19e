#pragma once
// Template: a subject or body with {{ fields }}, compiled once and rendered once per email.
// This is the seed of a Liquid subset: `{{ field }}`, `{{ field | default: "text" }}`, and
// `{{ "{{" }}` for the braces themselves. Whatever else looks like markup (`{% if %}`, a lonely
// `}}`) is an error now, so that it neither travels to a recipient nor changes its meaning later.
//
// Field names match a list's headers whatever their case, spaces and underscores:
// {{First Name}}, {{ first_name }} and {{FIRST-NAME}} are one field. A value is put in as it is
// and never scanned again. Pure; a compiled Template is immutable and safe to share.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postrider {

/// The form in which header spellings are compared: lower case, runs of blanks, "_" and "-"
/// made one space, trimmed. Lower case goes beyond ASCII for Latin, Greek and Cyrillic letters.
std::string field_key(std::string_view spelling);

class Template {
 public:
  /// `columns` are the headers of the list, in order of the values given to render(). A field
  /// that is no column, broken syntax or an unknown filter is an error that names the line and,
  /// for fields, all that are unknown and the columns there are. Of columns with one key the first
  /// counts. At most 1 MiB of text and 10,000 fields.
  static Result<Template> compile(std::string_view text, std::span<const std::string> columns);

  /// `values[i]` belongs to `columns[i]`; missing ones count as empty. A value that is empty or
  /// blank takes the field's default; without one it renders as nothing (see required_columns).
  std::string render(std::span<const std::string> values) const;

  /// Indices of the columns that must not be empty: those used at least once without a default.
  const std::vector<std::size_t>& required_columns() const { return required_; }

  /// Spellings of all fields used, without repeats, in order of first use.
  static Result<std::vector<std::string>> fields(std::string_view text);

 private:
  struct Piece {
    std::string text;          ///< literal text, or the default of a field
    std::int64_t column = -1;  ///< -1: literal
  };
  std::vector<Piece> pieces_;
  std::vector<std::size_t> required_;
};

}  // namespace postrider

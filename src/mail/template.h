#pragma once
// Template: a subject, header value or body with {{ fields }}, compiled once and rendered once per
// email. The language is a subset of Liquid (docs/templates.md is its reference): outputs with
// filters, if/unless/case, assign, comments and raw text; no loops, no includes, no environment.
//
// Field names match a list's headers whatever their case, spaces and underscores:
// {{First Name}}, {{ first_name }} and {{FIRST-NAME}} are one field. A value is put in as it is
// and never scanned again. What is wrong with a template is said when it is compiled; what is wrong
// with one recipient's values, when it is rendered. Pure: the moment for "now" comes in. A compiled
// Template is immutable and safe to share between threads.

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// The form in which header spellings are compared: lower case, runs of blanks, "_" and "-"
/// made one space, trimmed. Lower case goes beyond ASCII for Latin, Greek and Cyrillic letters.
std::string field_key(std::string_view spelling);

/// What the text becomes, and so what must happen to a value in it.
enum class TemplateKind {
  line,  ///< a subject or header value: line ends and control characters of an output become blanks
  text,  ///< plain text: values as they are
  html   ///< values are escaped by where they stand; in URLs their scheme is checked
};

struct TemplateOptions {
  TemplateKind kind = TemplateKind::text;
  /// Spelling of a field that is no column: its value comes with each rendering, is never empty and may
  /// begin a link. It goes before a column or variable of that name. Empty: none.
  std::string_view own_field;
};

struct RenderInput {
  std::span<const std::string> values;  ///< values[i] belongs to columns[i]; missing ones are empty
  WallTime now{};                       ///< what the `date` filter takes for "now" and "today"
  std::chrono::seconds utc_offset{};    ///< of the zone in which "now" and "today" are shown
  std::string_view own_field;           ///< value of TemplateOptions::own_field
};

/// [begin, end) of one tag of a template, in octets.
struct TagSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the tags of `text` stand, in order and apart, for whoever changes the text around them. A
/// comment or raw block is one span with what it holds. The first that is not closed ends the list: such a
/// text does not compile. Never fails, linear.
std::vector<TagSpan> template_tags(std::string_view text);

struct TemplateProgram;

/// One that was not compiled renders as nothing.
class Template {
 public:
  /// `columns` are the headers of the list, in order of the values given to render(); of columns
  /// with one key the first counts. Errors: "unknown_field" names all fields that are no column,
  /// their lines, and the columns there are; "bad_template" names the line and what to write
  /// instead; "template_too_large". At most 1 MiB of text, 10,000 tags, blocks 8 deep.
  static Result<Template> compile(std::string_view text, std::span<const std::string> columns,
                                  TemplateOptions options = {});

  /// Errors, each for this recipient only: "unresolved_field" (an output that is executed holds an
  /// empty or blank field without a default; names the column), "unsafe_url" (a link that begins
  /// with a value which is no http, https, mailto or tel address), "bad_value" (a filter cannot
  /// read the value as a number or date), "message_too_long" (the result is over 1 MiB, or would
  /// take too much work).
  Result<std::string> render(const RenderInput& input) const;

  /// Indices of the columns that must not be empty: used without a default in an output that is
  /// always executed. In order of first use, without repeats. Lives as long as the template.
  std::span<const std::size_t> required_columns() const;

  /// Whether render() can fail for a row although none of its required columns is empty: outputs
  /// without default inside a condition, links that begin with a value, numbers and dates.
  /// ("message_too_long" can happen to any template, by very long cells.)
  bool depends_on_row() const;

  bool uses_own_field() const;

  /// Spellings of all fields used, without repeats, in order of first use.
  static Result<std::vector<std::string>> fields(std::string_view text);

 private:
  std::shared_ptr<const TemplateProgram> program_;
};

}  // namespace postrider

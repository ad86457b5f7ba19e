#pragma once
// The syntax of what stands between a template's braces: operands, filter chains and conditions,
// read from one tag's text. Names are not looked up here. Only for the template. Pure, linear.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postrider {

struct OperandSyntax {
  enum class Kind : std::uint8_t { text, number, truth, nothing, name };
  Kind kind = Kind::name;
  std::string_view text;  ///< the text without its quotes, or the spelling in the template
  double number = 0;
  bool truth = false;
  bool bracketed = false;  ///< ["name"]: a field for certain, whatever it looks like
};

struct FilterSyntax {
  std::string_view name;
  std::vector<OperandSyntax> arguments;
};

struct ExpressionSyntax {
  OperandSyntax operand;
  std::vector<FilterSyntax> filters;
};

enum class Relation : std::uint8_t { is_true, equal, unequal, less, at_most, more, at_least, holds };
enum class Connective : std::uint8_t { end, both, either };  ///< "and", "or"

struct ComparisonSyntax {
  OperandSyntax left;
  Relation relation = Relation::is_true;
  OperandSyntax right;
  Connective next = Connective::end;
};

struct AssignSyntax {
  std::string_view name;
  ExpressionSyntax value;
};

/// Reads the whole of `text`; an error names `line`.
class SyntaxReader {
 public:
  SyntaxReader(std::string_view text, int line) : rest_(text), line_(line) {}

  Result<ExpressionSyntax> expression();              ///< {{ … }}
  Result<std::vector<ComparisonSyntax>> condition();  ///< {% if … %}
  Result<OperandSyntax> subject();                    ///< {% case … %}
  Result<std::vector<OperandSyntax>> choices();       ///< {% when …, … or … %}
  Result<AssignSyntax> assignment();                  ///< {% assign … = … %}

  /// Takes the first word off: "if" of "if a == b".
  std::string_view word();
  /// Whether only blanks are left.
  bool at_end() const;

 private:
  /// Where a name without brackets ends.
  enum class Place : std::uint8_t { output, argument, condition, choice, subject };

  Result<OperandSyntax> operand(Place place, std::string_view what);
  Result<OperandSyntax> bracketed_name();
  Result<std::string_view> quoted_text();
  std::string_view bare(Place place);
  Result<FilterSyntax> filter();
  std::optional<Relation> relation();
  bool take(std::string_view token);
  bool take_word(std::string_view word);
  void skip_blanks();
  std::unexpected<Error> error(std::string_view what) const;
  std::unexpected<Error> left_over() const;

  std::string_view rest_;
  int line_;
};

}  // namespace postrider

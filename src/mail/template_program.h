#pragma once
// What a template is compiled to: a flat list of steps over shared tables, which render() walks once
// from its begin to its end, jumping forward only. Only for the template.

#include <cstdint>
#include <string>
#include <vector>

#include "mail/template.h"
#include "mail/template_filters.h"
#include "mail/template_html.h"
#include "mail/template_syntax.h"
#include "mail/template_value.h"

namespace postrider {

/// [begin, begin + count) of a table.
struct TemplateRange {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

struct TemplateOperand {
  enum class Kind : std::uint8_t { text, number, truth, nothing, column, variable, own_field };
  Kind kind = Kind::nothing;
  bool truth = false;
  TemplateRange text;        ///< of texts
  std::uint32_t index = 0;   ///< of a column or variable
  std::int32_t column = -1;  ///< what an unset variable stands for; -1: nothing
  double number = 0;
};

struct TemplateFilter {
  Filter filter = Filter::fill_in;
  TemplateRange arguments;  ///< of operands
};

struct TemplateExpression {
  TemplateOperand operand;
  TemplateRange filters;
  std::uint32_t line = 1;
};

/// How the end of an output's filters changes its escaping.
enum class OutputForm : std::uint8_t {
  plain,
  escaped_once,  ///< its character references stay
  form_encoded   ///< ends with url_encode: in a URL it is not encoded again
};

struct TemplateStep {
  enum class Kind : std::uint8_t { text, output, assign, jump, jump_unless };
  Kind kind = Kind::text;
  Escaping escaping = Escaping::none;
  OutputForm form = OutputForm::plain;
  bool breaks_lines = false;   ///< newline_to_br
  bool negated = false;        ///< jump_unless: of "unless"
  TemplateRange range;         ///< text: of texts; jump_unless: of comparisons
  std::uint32_t index = 0;     ///< output, assign: of expressions; jumps: the step to go on with
  std::uint32_t variable = 0;  ///< assign
};

struct TemplateComparison {
  TemplateOperand left;
  TemplateOperand right;
  Relation relation = Relation::is_true;
  Connective next = Connective::end;
};

struct TemplateProgram {
  std::string texts;  ///< all literal text, of the template and of its expressions
  std::vector<TemplateStep> steps;
  std::vector<TemplateExpression> expressions;
  std::vector<TemplateFilter> filters;
  std::vector<TemplateOperand> operands;
  std::vector<TemplateComparison> comparisons;
  std::vector<std::string> variables;  ///< their names
  std::vector<std::string> columns;    ///< their headers, for errors
  std::vector<std::size_t> required;
  bool depends_on_row = false;
  bool uses_own_field = false;
};

}  // namespace postrider

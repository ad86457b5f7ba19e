#pragma once
// TemplateBuilder: looks names up and turns the syntax of expressions and conditions into rows of a
// TemplateProgram, and works out what each needs of a recipient. Only for the template. Pure.

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mail/template_program.h"
#include "mail/template_syntax.h"

namespace postrider {

/// When an expression cannot be worth something.
struct TemplateNeeds {
  std::vector<std::size_t> columns;  ///< must not be empty
  bool may_be_nothing = false;       ///< for other reasons: an empty default, a variable not assigned
  bool may_fail = false;             ///< no number, no date
};

struct BuiltExpression {
  std::uint32_t index = 0;  ///< of TemplateProgram::expressions
  TemplateNeeds needs;
  OutputForm form = OutputForm::plain;
  bool breaks_lines = false;
  bool has_form = false;  ///< ends with a filter that only an output can have
};

class TemplateBuilder {
 public:
  /// Without `columns` every name is a column: for Template::fields(). `own_field`: see TemplateOptions.
  TemplateBuilder(std::span<const std::string> columns, bool any_column, std::string_view own_field = {});

  Result<BuiltExpression> expression(const ExpressionSyntax& syntax, int line);
  /// Appends to TemplateProgram::comparisons.
  TemplateRange condition(const std::vector<ComparisonSyntax>& syntax, int line);
  TemplateRange choice(const TemplateOperand& subject, const std::vector<OperandSyntax>& choices, int line);
  TemplateOperand operand(const OperandSyntax& syntax, int line, bool is_argument = false);
  TemplateRange text(std::string_view text);
  /// The variable from here on. `certain`: assigned whatever the recipient.
  std::uint32_t assign(std::string_view name, TemplateNeeds needs, bool certain);

  /// An error for all names that are neither columns nor variables.
  Result<void> names_are_known() const;

  /// Whether the value is always there and always a link: the own field, as it is.
  bool is_sure_link(const BuiltExpression& built) const;

  TemplateProgram& program() { return program_; }
  std::vector<std::string>& spellings() { return spellings_; }

 private:
  struct Variable {
    std::uint32_t slot = 0;
    TemplateNeeds needs;
  };

  Result<void> filters(const ExpressionSyntax& syntax, int line, BuiltExpression& built);
  Result<void> check(const FilterRule& rule, const FilterSyntax& syntax, int line) const;
  Result<std::size_t> add(const FilterRule& rule, std::span<const FilterSyntax> rest, int line,
                          std::vector<TemplateFilter>& made, TemplateNeeds& needs);
  void weigh(Filter filter, std::span<const TemplateOperand> arguments, const TemplateOperand& subject,
             TemplateNeeds& needs) const;
  void need(const TemplateOperand& operand, TemplateNeeds& needs) const;

  TemplateProgram program_;
  bool any_column_;
  std::string own_field_;  ///< its key; empty: none
  std::unordered_map<std::string, std::size_t> column_of_;
  std::unordered_map<std::string, Variable> variable_of_;
  std::vector<const Variable*> variables_;
  std::vector<std::string> unknown_;
  std::vector<std::string> spellings_;
};

}  // namespace postrider

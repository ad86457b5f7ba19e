#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/template_escape.h"
#include "mail/template_filter_kinds.h"
#include "mail/template_program.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestResult = 1 << 20;
constexpr std::size_t kMostArguments = 2;

using Kind = TemplateValue::Kind;

}  // namespace

/// One rendering.
class TemplateRendering {
 public:
  TemplateRendering(const TemplateProgram& program, const RenderInput& input)
      : program_(program), input_(input), work_(input.now, input.utc_offset) {
    out_.reserve(program.texts.size() + 64 * program.expressions.size());
    variables_.resize(program.variables.size());
  }

  Result<std::string> run();

 private:
  struct Variable {
    bool is_set = false;
    TemplateValue value;
    std::string text;
  };

  std::string_view literal(TemplateRange range) const {
    return std::string_view(program_.texts).substr(range.begin, range.count);
  }
  TemplateValue column(std::size_t index);
  TemplateValue value_of(const TemplateOperand& operand);
  bool evaluate(const TemplateExpression& expression, TemplateValue& value);
  bool holds(const TemplateComparison& comparison);
  bool condition(const TemplateStep& step);
  bool output(const TemplateStep& step);
  bool append(const TemplateStep& step, std::string_view text);
  bool assign(const TemplateStep& step);
  bool unresolved(std::int32_t source);
  std::unexpected<Error> failure(const TemplateStep& step);

  const TemplateProgram& program_;
  const RenderInput& input_;
  FilterWork work_;
  std::vector<Variable> variables_;
  std::string out_;
};

Result<std::string> TemplateRendering::run() {
  const auto& steps = program_.steps;
  for (std::size_t at = 0; at < steps.size();) {
    const auto& step = steps[at++];
    bool fine = true;
    switch (step.kind) {
      case TemplateStep::Kind::text:
        out_ += literal(step.range);
        break;
      case TemplateStep::Kind::output:
        fine = output(step);
        break;
      case TemplateStep::Kind::assign:
        fine = assign(step);
        break;
      case TemplateStep::Kind::jump:
        at = step.index;
        break;
      case TemplateStep::Kind::jump_unless:
        if (condition(step) == step.negated) at = step.index;
        fine = !work_.is_spent();
        break;
    }
    if (!fine) return failure(step);
    if (out_.size() > kLongestResult) {
      return invalid("message_too_long", "The text would be longer than 1 MiB with this recipient's values.");
    }
  }
  return std::move(out_);
}

TemplateValue TemplateRendering::column(std::size_t index) {
  const std::string_view value =
      index < input_.values.size() ? std::string_view{input_.values[index]} : std::string_view{};
  // The first character decides nearly always.
  if (value.empty() || (!(value[0] > ' ') && strip_start(value).empty())) {
    work_.charge(value.size());
    return TemplateValue::nothing(static_cast<std::int32_t>(index));
  }
  return TemplateValue::of(value);
}

TemplateValue TemplateRendering::value_of(const TemplateOperand& operand) {
  switch (operand.kind) {
    case TemplateOperand::Kind::text:
      return TemplateValue::of(literal(operand.text));
    case TemplateOperand::Kind::number:
      return TemplateValue::of(operand.number);
    case TemplateOperand::Kind::truth:
      return TemplateValue::of(operand.truth);
    case TemplateOperand::Kind::nothing:
      return TemplateValue::nothing(TemplateValue::kMeant);
    case TemplateOperand::Kind::column:
      return column(operand.index);
    case TemplateOperand::Kind::own_field:
      return TemplateValue::of(input_.own_field);
    case TemplateOperand::Kind::variable:
      break;
  }
  if (variables_[operand.index].is_set) return variables_[operand.index].value;
  if (operand.column >= 0) return column(static_cast<std::size_t>(operand.column));
  return TemplateValue::nothing(TemplateValue::kFirstVariable - static_cast<std::int32_t>(operand.index));
}

bool TemplateRendering::evaluate(const TemplateExpression& expression, TemplateValue& value) {
  value = value_of(expression.operand);
  for (std::uint32_t i = 0; i < expression.filters.count; ++i) {
    const auto& filter = program_.filters[expression.filters.begin + i];
    std::array<TemplateValue, kMostArguments> arguments;
    for (std::uint32_t k = 0; k < filter.arguments.count; ++k) {
      arguments[k] = value_of(program_.operands[filter.arguments.begin + k]);
    }
    if (!apply_filter(filter.filter, value, std::span(arguments).first(filter.arguments.count), work_))
      return false;
  }
  return true;
}

bool TemplateRendering::holds(const TemplateComparison& comparison) {
  const auto left = value_of(comparison.left);
  const auto right = value_of(comparison.right);
  if (!work_.charge(left.text.size() + right.text.size())) return false;
  switch (comparison.relation) {
    case Relation::is_true:
      return is_true(left);
    case Relation::equal:
      return are_equal(left, right);
    case Relation::unequal:
      return !are_equal(left, right);
    case Relation::less:
      return compare(left, right).value_or(1) < 0;
    case Relation::at_most:
      return compare(left, right).value_or(1) <= 0;
    case Relation::more:
      return compare(left, right).value_or(-1) > 0;
    case Relation::at_least:
      return compare(left, right).value_or(-1) >= 0;
    case Relation::holds:
      return postrider::holds(left, right);
  }
  return false;
}

/// From the right to the left, as Liquid reads it: a and b or c is a and (b or c).
bool TemplateRendering::condition(const TemplateStep& step) {
  for (std::uint32_t i = 0; i < step.range.count; ++i) {
    const auto& comparison = program_.comparisons[step.range.begin + i];
    const bool held = holds(comparison);
    if (work_.is_spent()) return false;
    if (comparison.next == Connective::end) return held;
    if (held == (comparison.next == Connective::either)) return held;
  }
  return false;
}

bool TemplateRendering::output(const TemplateStep& step) {
  TemplateValue value;
  if (!evaluate(program_.expressions[step.index], value)) return false;
  if (value.is_unresolved()) return unresolved(value.source);
  if (value.kind == Kind::text) return append(step, value.text);
  std::string room;
  return append(step, text_of(value, room));
}

bool TemplateRendering::append(const TemplateStep& step, std::string_view text) {
  if (step.escaping == Escaping::url_start) {
    std::string url;
    if (!append_whole_url(url, text)) return work_.fail("unsafe_url", unsafe_url(text));
    append_escaped(out_, url, Escaping::html);
    return true;
  }
  if (step.breaks_lines) {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n')) {
      const auto line = text.substr(0, at > 0 && text[at - 1] == '\r' ? at - 1 : at);
      append_escaped(out_, line, Escaping::html);
      out_ += "<br />\n";
      text.remove_prefix(at + 1);
      if (out_.size() > kLongestResult) return true;
    }
  }
  if (step.form == OutputForm::escaped_once) {
    append_escaped_once(out_, text);
  } else {
    append_escaped(out_, text, step.form == OutputForm::form_encoded ? Escaping::html : step.escaping);
  }
  return true;
}

bool TemplateRendering::assign(const TemplateStep& step) {
  TemplateValue value;
  if (!evaluate(program_.expressions[step.index], value)) return false;
  auto& variable = variables_[step.variable];
  if (value.kind == Kind::text) {
    if (!work_.charge(value.text.size())) return false;
    variable.text.assign(value.text);  // which may be a part of it
    value.text = variable.text;
  }
  variable.value = value;
  variable.is_set = true;
  return true;
}

bool TemplateRendering::unresolved(std::int32_t source) {
  const bool is_column = source >= 0;
  const auto name =
      is_column ? program_.columns[static_cast<std::size_t>(source)]
                : program_.variables[static_cast<std::size_t>(TemplateValue::kFirstVariable - source)];
  return work_.fail("unresolved_field",
                    fmt::format("{{{{{}}}}} is {} and has no default", one_line(trim(name), 60),
                                is_column ? "empty" : "not assigned"));
}

std::unexpected<Error> TemplateRendering::failure(const TemplateStep& step) {
  Error& error = work_.failure();
  std::string place;
  if (step.kind == TemplateStep::Kind::output || step.kind == TemplateStep::Kind::assign) {
    const auto& expression = program_.expressions[step.index];
    place = fmt::format("Line {}: ", expression.line);
    if (expression.operand.kind == TemplateOperand::Kind::column && error.code != "unresolved_field") {
      place += fmt::format("{{{{{}}}}}: ", one_line(trim(program_.columns[expression.operand.index]), 60));
    }
  }
  return std::unexpected(Error{error.kind, error.code, readable(place + error.message + ".")});
}

Result<std::string> Template::render(const RenderInput& input) const {
  if (!program_) return std::string();
  return TemplateRendering(*program_, input).run();
}

std::span<const std::size_t> Template::required_columns() const {
  if (!program_) return {};
  return program_->required;
}

bool Template::uses_own_field() const {
  return program_ && program_->uses_own_field;
}

bool Template::depends_on_row() const {
  return program_ && program_->depends_on_row;
}

}  // namespace postrider

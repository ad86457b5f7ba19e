#include "mail/template_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "mail/template_date.h"
#include "mail/template_lexer.h"

namespace postrider {
namespace {

using Kind = TemplateOperand::Kind;

constexpr std::size_t kMaxListed = 20;
constexpr std::size_t kMostFilters = 20;

/// At most twenty, each on one line, and how many more there are.
std::string listed(std::vector<std::string> items) {
  const auto left = items.size() > kMaxListed ? items.size() - kMaxListed : 0;
  items.resize(items.size() - left);
  std::string out = fmt::format("{}", fmt::join(items, ", "));
  if (left > 0) out += fmt::format(" and {} more", left);
  return out;
}

bool is_of_numbers(Filter filter) {
  return filter >= Filter::abs && filter <= Filter::times;
}

bool needs_a_text_to_find(Filter filter) {
  return filter == Filter::remove || filter == Filter::remove_first || filter == Filter::replace ||
         filter == Filter::replace_first || filter == Filter::split;
}

bool is_written(const TemplateOperand& operand) {
  return operand.kind != Kind::column && operand.kind != Kind::variable && operand.kind != Kind::own_field;
}

std::string_view arguments_text(const FilterRule& rule) {
  if (rule.most_arguments == 0) return "no value behind it";
  if (rule.fewest_arguments == 2) return "two values, as in : \"a\", \"b\"";
  if (rule.fewest_arguments == 1 && rule.most_arguments == 1) return "one value, as in : \"text\"";
  return rule.fewest_arguments == 1 ? "one or two values"
         : rule.most_arguments == 1 ? "no value or one"
                                    : "at most two values";
}

/// "split" is one filter with the next, for there are no lists here.
const FilterRule* joined(Filter next) {
  static constexpr FilterRule kFirst{"", Filter::split_first, 0, 0};
  static constexpr FilterRule kLast{"", Filter::split_last, 0, 0};
  static constexpr FilterRule kSize{"", Filter::split_size, 0, 0};
  static constexpr FilterRule kJoin{"", Filter::split_join, 0, 1};
  return next == Filter::first  ? &kFirst
         : next == Filter::last ? &kLast
         : next == Filter::size ? &kSize
         : next == Filter::join ? &kJoin
                                : nullptr;
}

}  // namespace

TemplateBuilder::TemplateBuilder(std::span<const std::string> columns, bool any_column,
                                 std::string_view own_field)
    : any_column_(any_column), own_field_(field_key(own_field)) {
  program_.columns.assign(columns.begin(), columns.end());
  for (std::size_t i = 0; i < columns.size(); ++i) column_of_.emplace(field_key(columns[i]), i);
  column_of_.erase("");  // a column without a name cannot be meant
}

TemplateRange TemplateBuilder::text(std::string_view text) {
  const TemplateRange range{static_cast<std::uint32_t>(program_.texts.size()),
                            static_cast<std::uint32_t>(text.size())};
  program_.texts += text;
  return range;
}

TemplateOperand TemplateBuilder::operand(const OperandSyntax& syntax, int line, bool is_argument) {
  switch (syntax.kind) {
    case OperandSyntax::Kind::text:
      return {.kind = Kind::text, .text = text(syntax.text)};
    case OperandSyntax::Kind::number:
      return {.kind = Kind::number, .number = syntax.number};
    case OperandSyntax::Kind::truth:
      return {.kind = Kind::truth, .truth = syntax.truth};
    case OperandSyntax::Kind::nothing:
      return {.kind = Kind::nothing};
    case OperandSyntax::Kind::name:
      break;
  }
  const std::string key = field_key(syntax.text);
  if (!own_field_.empty() && key == own_field_) {
    program_.uses_own_field = true;
    return {.kind = Kind::own_field};
  }
  const auto column = column_of_.find(key);
  const bool is_column = column != column_of_.end();
  if (const auto variable = variable_of_.find(key); variable != variable_of_.end()) {
    return {.kind = Kind::variable,
            .index = variable->second.slot,
            .column = is_column ? static_cast<std::int32_t>(column->second) : -1};
  }
  if (is_column) return {.kind = Kind::column, .index = static_cast<std::uint32_t>(column->second)};
  if (any_column_) {
    column_of_.emplace(key, program_.columns.size());
    program_.columns.emplace_back(syntax.text);
    spellings_.emplace_back(syntax.text);
  } else if (is_argument) {
    unknown_.push_back(
        fmt::format("{} (line {}; a text must stand in quotes)", one_line(syntax.text, 60), line));
  } else {
    unknown_.push_back(fmt::format("{{{{ {} }}}} (line {})", one_line(syntax.text, 60), line));
  }
  return {.kind = Kind::nothing};
}

bool TemplateBuilder::is_sure_link(const BuiltExpression& built) const {
  const auto& expression = program_.expressions[built.index];
  return expression.operand.kind == Kind::own_field && expression.filters.count == 0;
}

Result<void> TemplateBuilder::names_are_known() const {
  if (unknown_.empty()) return {};
  std::vector<std::string> names;
  for (const auto& column : program_.columns) {
    if (!trim(column).empty()) names.push_back(one_line(trim(column), 60));
  }
  const std::string known =
      names.empty() ? "The list has no columns." : "The columns are: " + listed(std::move(names)) + ".";
  return invalid("unknown_field", readable(fmt::format("No column matches {}. {}", listed(unknown_), known)));
}

void TemplateBuilder::need(const TemplateOperand& operand, TemplateNeeds& needs) const {
  if (operand.kind == Kind::column) needs.columns.push_back(operand.index);
  if (operand.kind != Kind::variable) return;
  const auto& of_variable = variables_[operand.index]->needs;
  needs.columns.insert(needs.columns.end(), of_variable.columns.begin(), of_variable.columns.end());
  needs.may_be_nothing |= of_variable.may_be_nothing;
}

/// What a filter adds to what the value before it needs.
void TemplateBuilder::weigh(Filter filter, std::span<const TemplateOperand> arguments,
                            const TemplateOperand& subject, TemplateNeeds& needs) const {
  if (filter == Filter::fill_in) {
    // Only where this is empty does the default count, and whether that is so depends on the row.
    TemplateNeeds of_default;
    need(arguments[0], of_default);
    needs.columns.clear();
    needs.may_be_nothing = of_default.may_be_nothing || !of_default.columns.empty();
    return;
  }
  for (const auto& argument : arguments) {
    need(argument, needs);
    needs.may_fail |= can_fail(filter) && !is_written(argument);
  }
  const auto written = std::string_view(program_.texts).substr(subject.text.begin, subject.text.count);
  if (is_of_numbers(filter)) needs.may_fail |= subject.kind != Kind::number;
  if (filter == Filter::date) {
    needs.may_fail |= subject.kind != Kind::text || (written != "now" && written != "today");
  }
}

Result<void> TemplateBuilder::check(const FilterRule& rule, const FilterSyntax& syntax, int line) const {
  const auto& arguments = syntax.arguments;
  const auto error = [line](std::string_view what) { return TemplateLexer::error(line, what); };
  if (arguments.size() < rule.fewest_arguments || arguments.size() > rule.most_arguments) {
    return error(fmt::format("the filter \"{}\" takes {}", syntax.name, arguments_text(rule)));
  }
  const auto is_text = [](const OperandSyntax& argument) {
    return argument.kind == OperandSyntax::Kind::text;
  };
  if (needs_a_text_to_find(rule.filter) && is_text(arguments[0]) && arguments[0].text.empty()) {
    return error(fmt::format("the filter \"{}\" cannot look for an empty text", syntax.name));
  }
  if (rule.filter == Filter::date) {
    if (!is_text(arguments[0]))
      return error("the format of \"date\" must stand in quotes, as in \"%d.%m.%Y\"");
    if (const auto fault = date_format_fault(arguments[0].text); !fault.empty()) return error(fault);
  }
  const bool takes_number = is_of_numbers(rule.filter) || rule.filter == Filter::slice ||
                            rule.filter == Filter::truncate || rule.filter == Filter::truncatewords;
  if (takes_number && !arguments.empty()) {
    const auto& number = arguments[0];
    const bool is_number = number.kind == OperandSyntax::Kind::number ||
                           number.kind == OperandSyntax::Kind::name ||
                           (is_text(number) && read_number(number.text));
    if (!is_number) return error(fmt::format("the filter \"{}\" takes a number first", syntax.name));
  }
  return {};
}

/// Of the first of `rest`; how many of them are done with that.
Result<std::size_t> TemplateBuilder::add(const FilterRule& rule, std::span<const FilterSyntax> rest, int line,
                                         std::vector<TemplateFilter>& made, TemplateNeeds& needs) {
  const auto error = [line](std::string_view what) { return TemplateLexer::error(line, what); };
  if (rule.filter == Filter::first || rule.filter == Filter::last || rule.filter == Filter::join) {
    return error(
        fmt::format("the filter \"{0}\" needs \"split\" before it, as in split: \" \" | {0}", rest[0].name));
  }
  Filter filter = rule.filter;
  std::size_t taken = 1;
  std::vector<OperandSyntax> arguments = rest[0].arguments;
  if (filter == Filter::split) {
    const auto* next = rest.size() > 1 ? find_filter(rest[1].name) : nullptr;
    const auto* both = next ? joined(next->filter) : nullptr;
    if (!both) return error("after the filter \"split\" must come first, last, size or join");
    if (auto fine = check(*next, rest[1], line); !fine) return std::unexpected(fine.error());
    arguments.insert(arguments.end(), rest[1].arguments.begin(), rest[1].arguments.end());
    filter = both->filter;
    taken = 2;
  }
  std::vector<TemplateOperand> operands;
  for (const auto& argument : arguments) operands.push_back(operand(argument, line, true));
  weigh(filter, operands, program_.expressions.back().operand, needs);
  made.push_back({.filter = filter,
                  .arguments = {static_cast<std::uint32_t>(program_.operands.size()),
                                static_cast<std::uint32_t>(operands.size())}});
  program_.operands.insert(program_.operands.end(), operands.begin(), operands.end());
  return taken;
}

Result<void> TemplateBuilder::filters(const ExpressionSyntax& syntax, int line, BuiltExpression& built) {
  const auto error = [line](std::string_view what) { return TemplateLexer::error(line, what); };
  if (syntax.filters.size() > kMostFilters) return error("a field has more than 20 filters");
  std::vector<TemplateFilter> made;
  const std::span<const FilterSyntax> all(syntax.filters);
  for (std::size_t i = 0; i < all.size();) {
    const auto& one = all[i];
    const auto* rule = find_filter(one.name);
    if (!rule) {
      return error(fmt::format("the filter \"{}\" is unknown. The filters are: {}", one_line(one.name, 60),
                               filter_names()));
    }
    if (auto fine = check(*rule, one, line); !fine) return fine;
    const bool is_form = rule->filter >= Filter::escape;
    if (built.breaks_lines || (built.has_form && rule->filter != Filter::newline_to_br)) {
      return error("escape, escape_once and newline_to_br must be a field's last filters, in this order");
    }
    if (is_form) {
      built.has_form = true;
      built.breaks_lines = rule->filter == Filter::newline_to_br;
      if (rule->filter == Filter::escape_once) built.form = OutputForm::escaped_once;
      ++i;
      continue;
    }
    const auto taken = add(*rule, all.subspan(i), line, made, built.needs);
    if (!taken) return std::unexpected(taken.error());
    i += *taken;
  }
  if (!made.empty() && made.back().filter == Filter::url_encode && built.form == OutputForm::plain) {
    built.form = OutputForm::form_encoded;
  }
  program_.expressions.back().filters = {static_cast<std::uint32_t>(program_.filters.size()),
                                         static_cast<std::uint32_t>(made.size())};
  program_.filters.insert(program_.filters.end(), made.begin(), made.end());
  return {};
}

Result<BuiltExpression> TemplateBuilder::expression(const ExpressionSyntax& syntax, int line) {
  const auto& first = syntax.operand;
  const bool is_word = first.kind != OperandSyntax::Kind::name && first.kind != OperandSyntax::Kind::text;
  if (is_word && column_of_.contains(field_key(first.text)) && !any_column_) {
    return TemplateLexer::error(
        line,
        fmt::format("{0} is a value of its own and also a column. For the column write {{{{ [\"{0}\"] }}}}, "
                    "for the text {{{{ \"{0}\" }}}}",
                    first.text));
  }
  BuiltExpression built{.index = static_cast<std::uint32_t>(program_.expressions.size())};
  program_.expressions.push_back(
      {.operand = operand(first, line), .filters = {}, .line = static_cast<std::uint32_t>(line)});
  need(program_.expressions.back().operand, built.needs);
  if (auto made = filters(syntax, line, built); !made) return std::unexpected(made.error());
  return built;
}

TemplateRange TemplateBuilder::condition(const std::vector<ComparisonSyntax>& syntax, int line) {
  const TemplateRange range{static_cast<std::uint32_t>(program_.comparisons.size()),
                            static_cast<std::uint32_t>(syntax.size())};
  for (const auto& comparison : syntax) {
    const bool has_right = comparison.relation != Relation::is_true;
    program_.comparisons.push_back(
        {.left = operand(comparison.left, line),
         .right = has_right ? operand(comparison.right, line, true) : TemplateOperand{},
         .relation = comparison.relation,
         .next = comparison.next});
  }
  return range;
}

TemplateRange TemplateBuilder::choice(const TemplateOperand& subject,
                                      const std::vector<OperandSyntax>& choices, int line) {
  const TemplateRange range{static_cast<std::uint32_t>(program_.comparisons.size()),
                            static_cast<std::uint32_t>(choices.size())};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    program_.comparisons.push_back({.left = subject,
                                    .right = operand(choices[i], line, true),
                                    .relation = Relation::equal,
                                    .next = i + 1 < choices.size() ? Connective::either : Connective::end});
  }
  return range;
}

std::uint32_t TemplateBuilder::assign(std::string_view name, TemplateNeeds needs, bool certain) {
  const auto slot = static_cast<std::uint32_t>(program_.variables.size());
  const auto [place, is_new] = variable_of_.try_emplace(field_key(name), Variable{.slot = slot, .needs = {}});
  Variable& variable = place->second;
  if (is_new) {
    program_.variables.emplace_back(name);
    variables_.push_back(&variable);  // a node of the map stays where it is
  }
  variable.needs = certain ? std::move(needs) : TemplateNeeds{.columns = {}, .may_be_nothing = true};
  return variable.slot;
}

}  // namespace postrider

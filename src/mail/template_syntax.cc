#include "mail/template_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/template_lexer.h"
#include "mail/template_value.h"

namespace postrider {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";
constexpr std::size_t kLongestName = 200;

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Quotes that word processors and keyboards of phones put in place of straight ones.
bool starts_with_curly_quote(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kCurly = {"“", "”", "‘", "’", "„", "«"};
  return std::ranges::any_of(kCurly, [&](std::string_view quote) { return text.starts_with(quote); });
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) &&
         (text.size() == word.size() || kBlanks.contains(text[word.size()]) || is_quote(text[word.size()]));
}

/// Whether a name in a condition ends before `text`, which follows a blank.
bool is_condition_word(std::string_view text) {
  return starts_with_word(text, "and") || starts_with_word(text, "or") || starts_with_word(text, "contains");
}

void read_keyword(OperandSyntax& operand) {
  using Kind = OperandSyntax::Kind;
  if (operand.text == "true" || operand.text == "false") {
    operand.kind = Kind::truth;
    operand.truth = operand.text == "true";
  } else if (operand.text == "nil" || operand.text == "null" || operand.text == "blank" ||
             operand.text == "empty") {
    operand.kind = Kind::nothing;
  } else if (const auto number = read_number(operand.text)) {
    operand.kind = Kind::number;
    operand.number = *number;
  }
}

}  // namespace

std::unexpected<Error> SyntaxReader::error(std::string_view what) const {
  return TemplateLexer::error(line_, what);
}

std::unexpected<Error> SyntaxReader::left_over() const {
  return error(fmt::format("\"{}\" is not understood here", one_line(rest_, 60)));
}

void SyntaxReader::skip_blanks() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
}

bool SyntaxReader::take(std::string_view token) {
  skip_blanks();
  if (!rest_.starts_with(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

bool SyntaxReader::take_word(std::string_view word) {
  skip_blanks();
  return starts_with_word(rest_, word) && take(word);
}

bool SyntaxReader::at_end() const {
  return rest_.find_first_not_of(kBlanks) == rest_.npos;
}

std::string_view SyntaxReader::word() {
  skip_blanks();
  std::size_t length = 0;
  while (length < rest_.size() && (is_letter_or_digit(rest_[length]) || rest_[length] == '_')) ++length;
  const auto taken = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return taken;
}

Result<std::string_view> SyntaxReader::quoted_text() {
  const char quote = rest_[0];
  const auto end = rest_.find(quote, 1);
  if (end == rest_.npos) return error(fmt::format("a text is not closed with {}", quote));
  const auto text = rest_.substr(1, end - 1);
  rest_.remove_prefix(end + 1);
  return text;
}

/// A field's name may hold blanks, so it goes on to whatever can follow it in this place.
std::string_view SyntaxReader::bare(Place place) {
  std::size_t length = 0;
  for (; length < rest_.size(); ++length) {
    const char c = rest_[length];
    if (place == Place::output && c == '|') break;
    if (place == Place::argument && (c == ',' || c == '|')) break;
    if (place == Place::choice && c == ',') break;
    if (place == Place::condition && std::string_view("=!<>").contains(c)) break;
    const bool at_word = length > 0 && kBlanks.contains(rest_[length - 1]);
    if (place == Place::condition && at_word && is_condition_word(rest_.substr(length))) break;
    if (place == Place::choice && at_word && starts_with_word(rest_.substr(length), "or")) break;
  }
  const auto taken = trim(rest_.substr(0, length));
  rest_.remove_prefix(length);
  return taken;
}

Result<OperandSyntax> SyntaxReader::operand(Place place, std::string_view what) {
  skip_blanks();
  if (starts_with_curly_quote(rest_)) {
    return error("a text must stand in straight quotes, \"like this\" or 'like this'");
  }
  if (!rest_.empty() && is_quote(rest_[0])) {
    const auto text = quoted_text();
    if (!text) return std::unexpected(text.error());
    return OperandSyntax{.kind = OperandSyntax::Kind::text, .text = *text};
  }
  if (rest_.starts_with('[')) return bracketed_name();
  OperandSyntax made{.text = bare(place)};
  const bool is_operator = place == Place::condition && (made.text.empty() || is_condition_word(made.text));
  if (made.text.empty() || is_operator) return error(what);
  if (made.text.contains('\n')) return error("a field is not closed with \"}}\", or its name has two lines");
  if (made.text.find_first_of("{}") != made.text.npos) {
    return error("a field's name cannot hold a brace; use exactly two braces on each side");
  }
  if (made.text.size() > kLongestName) return error("a field's name is too long");
  read_keyword(made);
  return made;
}

/// ["Terms and Conditions"]: for names that hold what means something here.
Result<OperandSyntax> SyntaxReader::bracketed_name() {
  take("[");
  skip_blanks();
  if (rest_.empty() || !is_quote(rest_[0])) {
    return error("between [ and ] a field's name must stand in quotes: [\"name\"]");
  }
  const auto name = quoted_text();
  if (!name) return std::unexpected(name.error());
  if (!take("]")) return error("a field's name is not closed with \"]\"");
  if (trim(*name).empty()) return error("a field has no name between its braces");
  if (name->size() > kLongestName) return error("a field's name is too long");
  return OperandSyntax{.text = trim(*name), .bracketed = true};
}

Result<FilterSyntax> SyntaxReader::filter() {
  skip_blanks();
  FilterSyntax made{.name = word(), .arguments = {}};
  if (made.name.empty()) {
    return error(fmt::format("after \"|\" the name of a filter must follow, not \"{}\"",
                             one_line(bare(Place::output), 60)));
  }
  if (!take(":")) return made;
  do {
    const auto argument =
        operand(Place::argument,
                fmt::format("the filter \"{}\" lacks what must follow its colon or comma, such as \"text\"",
                            made.name));
    if (!argument) return std::unexpected(argument.error());
    made.arguments.push_back(*argument);
  } while (take(","));
  return made;
}

Result<ExpressionSyntax> SyntaxReader::expression() {
  const auto first = operand(Place::output, "a field has no name between its braces");
  if (!first) return std::unexpected(first.error());
  ExpressionSyntax made{.operand = *first, .filters = {}};
  while (take("|")) {
    auto next = filter();
    if (!next) return std::unexpected(next.error());
    made.filters.push_back(std::move(*next));
  }
  if (!rest_.empty()) return left_over();
  return made;
}

std::optional<Relation> SyntaxReader::relation() {
  if (take("==")) return Relation::equal;
  if (take("!=")) return Relation::unequal;
  if (take("<=")) return Relation::at_most;
  if (take(">=")) return Relation::at_least;
  if (take("<")) return Relation::less;
  if (take(">")) return Relation::more;
  if (take_word("contains")) return Relation::holds;
  return std::nullopt;
}

Result<std::vector<ComparisonSyntax>> SyntaxReader::condition() {
  std::vector<ComparisonSyntax> made;
  while (true) {
    const auto left = operand(Place::condition, "a condition lacks what is to be compared");
    if (!left) return std::unexpected(left.error());
    ComparisonSyntax comparison{.left = *left};
    if (const auto found = relation()) {
      const auto right = operand(Place::condition, "a comparison lacks its right side");
      if (!right) return std::unexpected(right.error());
      comparison.relation = *found;
      comparison.right = *right;
    }
    if (take_word("and")) {
      comparison.next = Connective::both;
    } else if (take_word("or")) {
      comparison.next = Connective::either;
    }
    made.push_back(comparison);
    if (comparison.next != Connective::end) continue;
    skip_blanks();
    if (rest_.starts_with('=')) return error("to compare write \"==\"");
    if (!rest_.empty()) return left_over();
    return made;
  }
}

Result<OperandSyntax> SyntaxReader::subject() {
  auto made = operand(Place::subject, "\"case\" lacks the field to look at");
  skip_blanks();
  if (made && !rest_.empty()) return left_over();
  return made;
}

Result<std::vector<OperandSyntax>> SyntaxReader::choices() {
  std::vector<OperandSyntax> made;
  do {
    const auto choice = operand(Place::choice, "\"when\" lacks a value, such as \"text\"");
    if (!choice) return std::unexpected(choice.error());
    made.push_back(*choice);
  } while (take(",") || take_word("or"));
  if (!rest_.empty()) return left_over();
  return made;
}

Result<AssignSyntax> SyntaxReader::assignment() {
  const auto equals = rest_.find('=');
  const auto name = trim(rest_.substr(0, equals));
  if (equals == rest_.npos || name.empty()) return error("\"assign\" reads: {% assign name = value %}");
  if (name.find_first_of("\"'[]|{}\n") != name.npos || name.size() > kLongestName || read_number(name)) {
    return error(fmt::format("\"{}\" cannot be the name of a variable", one_line(name, 60)));
  }
  rest_.remove_prefix(equals + 1);
  auto value = expression();
  if (!value) return std::unexpected(value.error());
  return AssignSyntax{.name = name, .value = std::move(*value)};
}

}  // namespace postrider

#include "mail/template_compiler.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/template_escape.h"

namespace postrider {
namespace {

constexpr std::size_t kMaxText = 1 << 20;
constexpr int kMaxTags = 10'000;
constexpr std::size_t kMaxDepth = 8;
constexpr std::string_view kTags = "if, elsif, else, endif, unless, case, when, assign, comment and raw";

std::unexpected<Error> error(int line, std::string_view what) {
  return TemplateLexer::error(line, what);
}

void add_once(std::vector<std::size_t>& columns, std::size_t column) {
  if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
}

/// Only the tag's name may stand in it: {% else %}.
Result<void> stands_alone(std::string_view name, SyntaxReader& reader, int line) {
  if (reader.at_end()) return {};
  return error(line, fmt::format("nothing may follow \"{}\" in its tag", name));
}

}  // namespace

Result<void> TemplateCompiler::compile(std::string_view text) {
  if (text.size() > kMaxText) {
    return invalid("template_too_large", "The text is longer than 1 MiB. Make it shorter.");
  }
  TemplateLexer lexer(text);
  while (true) {
    const auto next = lexer.next();
    if (!next) return std::unexpected(next.error());
    if (!*next) break;
    if (auto fine = piece(**next); !fine) return fine;
  }
  if (!blocks_.empty()) {
    const auto& open = blocks_.back();
    return error(open.line, fmt::format("{{% {0} %}} has no {{% end{0} %}}", open.name));
  }
  if (const auto what = place_.unfinished(); kind_ == TemplateKind::html && !what.empty()) {
    return invalid("bad_template", readable(fmt::format("At the end of the HTML {}.", what)));
  }
  finish();
  return {};
}

Result<void> TemplateCompiler::piece(const TemplatePiece& piece) {
  using Kind = TemplatePiece::Kind;
  if (piece.kind != Kind::text && ++tags_ > kMaxTags) {
    return invalid("template_too_large", "The text holds more than 10,000 fields and tags. Use fewer.");
  }
  const bool is_blank = piece.kind == Kind::text && trim(piece.text).empty();
  if (!blocks_.empty() && blocks_.back().before_when && piece.kind != Kind::tag) {
    if (is_blank) return {};
    return error(piece.line, "between {% case %} and its first {% when %} nothing can stand");
  }
  return piece.kind == Kind::text ? text(piece) : piece.kind == Kind::output ? output(piece) : tag(piece);
}

Result<void> TemplateCompiler::text(const TemplatePiece& piece) {
  std::optional<HtmlPlace::Fault> fault;
  if (kind_ == TemplateKind::html) {
    fault = place_.follow(piece.text, piece.verbatim);
  } else if (const auto at = piece.text.find("}}"); !piece.verbatim && at != piece.text.npos) {
    fault = {at, std::string(kLonelyBraces)};
  }
  if (fault) {
    const auto lines = std::ranges::count(piece.text.substr(0, fault->at), '\n');
    return error(piece.line + static_cast<int>(lines), fault->what);
  }
  TemplateStep step{.kind = TemplateStep::Kind::text};
  if (kind_ == TemplateKind::line) {
    std::string line;
    append_escaped(line, piece.text, Escaping::line);
    step.range = builder_.text(line);
  } else {
    step.range = builder_.text(piece.text);
  }
  builder_.program().steps.push_back(step);
  return {};
}

Result<Escaping> TemplateCompiler::escaping(BuiltExpression& built, int line) {
  if (kind_ != TemplateKind::html) {
    // Escaping and line breaks are HTML's; elsewhere the value is right as it is.
    built.breaks_lines = false;
    built.form = OutputForm::plain;
    return kind_ == TemplateKind::line ? Escaping::line : Escaping::none;
  }
  if (built.breaks_lines && !place_.takes_markup()) {
    return error(
        line, "newline_to_br is refused here: it makes <br />, which only the text of an element can hold");
  }
  const auto found = place_.output();
  if (!found) return error(line, found.error());
  const bool is_url = *found != Escaping::html;
  if (built.form == OutputForm::form_encoded && !is_url) built.form = OutputForm::plain;
  if (built.form == OutputForm::escaped_once && is_url) built.form = OutputForm::plain;
  return *found;
}

Result<void> TemplateCompiler::output(const TemplatePiece& piece) {
  const auto syntax = SyntaxReader(piece.text, piece.line).expression();
  if (!syntax) return std::unexpected(syntax.error());
  auto built = builder_.expression(*syntax, piece.line);
  if (!built) return std::unexpected(built.error());
  const auto how = escaping(*built, piece.line);
  if (!how) return std::unexpected(how.error());
  if (*how == Escaping::url_start && !builder_.is_sure_link(*built)) built->needs.may_fail = true;
  record(built->needs);
  builder_.program().steps.push_back({.kind = TemplateStep::Kind::output,
                                      .escaping = *how,
                                      .form = built->form,
                                      .breaks_lines = built->breaks_lines,
                                      .index = built->index});
  return {};
}

void TemplateCompiler::record(const TemplateNeeds& needs) {
  auto& program = builder_.program();
  for (const auto column : needs.columns) add_once(blocks_.empty() ? program.required : sometimes_, column);
  if (needs.may_be_nothing || needs.may_fail) program.depends_on_row = true;
}

void TemplateCompiler::finish() {
  auto& program = builder_.program();
  for (const auto column : sometimes_) {
    if (std::ranges::find(program.required, column) == program.required.end()) program.depends_on_row = true;
  }
}

Result<void> TemplateCompiler::tag(const TemplatePiece& piece) {
  if (piece.text.starts_with('#')) return {};
  SyntaxReader reader(piece.text, piece.line);
  const auto name = reader.word();
  const bool before_when = !blocks_.empty() && blocks_.back().before_when;
  if (before_when && name != "when" && name != "endcase") {
    return error(piece.line, "between {% case %} and its first {% when %} nothing can stand");
  }
  if (name == "if" || name == "unless") return open_if(name, reader, piece.line);
  if (name == "case") return open_case(reader, piece.line);
  if (name == "elsif" || name == "else" || name == "when") return branch(name, reader, piece.line);
  if (name == "assign") return assign(reader, piece.line);
  if (name == "endif" || name == "endunless" || name == "endcase") {
    if (auto alone = stands_alone(name, reader, piece.line); !alone) return alone;
    return close(name.substr(3), piece.line);
  }
  if (name == "endraw" || name == "endcomment") {
    return error(piece.line, fmt::format("{{% {} %}} has no {{% {} %}} before it", name, name.substr(3)));
  }
  return error(piece.line,
               fmt::format("there is no tag {{% {} %}}. The tags are {}. For the characters themselves "
                           "write {{{{ \"{{%\" }}}}",
                           one_line(piece.text, 40), kTags));
}

Result<void> TemplateCompiler::push(Block block) {
  if (blocks_.size() == kMaxDepth) {
    return error(block.line, fmt::format("blocks are nested more than {} deep", kMaxDepth));
  }
  block.begin = place_;
  blocks_.push_back(std::move(block));
  return {};
}

void TemplateCompiler::jump_unless(Block& block, TemplateRange comparisons, bool negated) {
  auto& steps = builder_.program().steps;
  block.next_branch = steps.size();
  steps.push_back({.kind = TemplateStep::Kind::jump_unless, .negated = negated, .range = comparisons});
}

Result<void> TemplateCompiler::open_if(std::string_view name, SyntaxReader& reader, int line) {
  const auto condition = reader.condition();
  if (!condition) return std::unexpected(condition.error());
  if (auto fine = push({.name = name, .line = line}); !fine) return fine;
  jump_unless(blocks_.back(), builder_.condition(*condition, line), name == "unless");
  return {};
}

Result<void> TemplateCompiler::open_case(SyntaxReader& reader, int line) {
  const auto subject = reader.subject();
  if (!subject) return std::unexpected(subject.error());
  return push(
      {.name = "case", .line = line, .before_when = true, .subject = builder_.operand(*subject, line)});
}

/// The branch so far ends here, and the next begins where the block began.
Result<void> TemplateCompiler::end_branch(int line) {
  auto& block = blocks_.back();
  if (!block.end) {
    block.end = place_;
  } else if (!block.end->join(place_)) {
    return error(line,
                 fmt::format("the branches of the {{% {} %}} of line {} end in different places of the HTML, "
                             "such as inside and outside a tag or quotes",
                             block.name, block.line));
  }
  place_ = block.begin;
  return {};
}

Result<void> TemplateCompiler::branch(std::string_view name, SyntaxReader& reader, int line) {
  const bool is_case = !blocks_.empty() && blocks_.back().name == "case";
  const bool fits = !blocks_.empty() && (name == "else" || is_case == (name == "when"));
  if (!fits) {
    return error(line,
                 fmt::format("{{% {} %}} has no {{% {} %}} before it", name, name == "when" ? "case" : "if"));
  }
  auto& block = blocks_.back();
  if (block.has_else) return error(line, fmt::format("{{% {} %}} cannot follow {{% else %}}", name));
  auto& steps = builder_.program().steps;
  if (!block.before_when) {
    block.exits.push_back(steps.size());
    steps.push_back({.kind = TemplateStep::Kind::jump});
    if (auto fine = end_branch(line); !fine) return fine;
    if (block.next_branch) steps[*block.next_branch].index = static_cast<std::uint32_t>(steps.size());
  }
  block.next_branch.reset();
  block.before_when = false;
  if (name == "else") {
    block.has_else = true;
    return stands_alone(name, reader, line);
  }
  if (name == "when") {
    const auto choices = reader.choices();
    if (!choices) return std::unexpected(choices.error());
    jump_unless(block, builder_.choice(block.subject, *choices, line), false);
    return {};
  }
  const auto condition = reader.condition();
  if (!condition) return std::unexpected(condition.error());
  jump_unless(block, builder_.condition(*condition, line), false);
  return {};
}

Result<void> TemplateCompiler::close(std::string_view name, int line) {
  if (blocks_.empty() || blocks_.back().name != name) {
    if (blocks_.empty()) return error(line, fmt::format("{{% end{0} %}} has no {{% {0} %}} before it", name));
    const auto& open = blocks_.back();
    return error(
        line, fmt::format("{{% end{} %}} cannot end the {{% {} %}} of line {}", name, open.name, open.line));
  }
  if (blocks_.back().before_when) return error(line, "{% case %} has no {% when %}");
  if (auto fine = end_branch(line); !fine) return fine;
  auto& block = blocks_.back();
  if (!block.has_else) {
    place_ = block.begin;
    if (auto fine = end_branch(line); !fine) return fine;
  }
  auto& steps = builder_.program().steps;
  const auto here = static_cast<std::uint32_t>(steps.size());
  if (block.next_branch) steps[*block.next_branch].index = here;
  for (const auto exit : block.exits) steps[exit].index = here;
  place_ = *block.end;
  blocks_.pop_back();
  return {};
}

Result<void> TemplateCompiler::assign(SyntaxReader& reader, int line) {
  const auto syntax = reader.assignment();
  if (!syntax) return std::unexpected(syntax.error());
  auto built = builder_.expression(syntax->value, line);
  if (!built) return std::unexpected(built.error());
  if (built->has_form) {
    return error(line,
                 "escape, escape_once and newline_to_br belong to a field's {{ … }}, not to \"assign\"");
  }
  if (built->needs.may_fail) builder_.program().depends_on_row = true;
  builder_.program().steps.push_back(
      {.kind = TemplateStep::Kind::assign,
       .index = built->index,
       .variable = builder_.assign(syntax->name, std::move(built->needs), blocks_.empty())});
  return {};
}

}  // namespace postrider

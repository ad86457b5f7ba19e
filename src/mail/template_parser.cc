#include "mail/template_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";
constexpr std::size_t kLongestField = 200;

/// Where literal text ends: at the next thing that is markup, or looks like it.
std::size_t literal_length(std::string_view text) {
  for (std::size_t at = text.find_first_of("{}"); at != text.npos; at = text.find_first_of("{}", at + 1)) {
    const auto pair = text.substr(at, 2);
    if (pair == kOpen || pair == kClose || pair == "{%") return at;
  }
  return text.size();
}

}  // namespace

Result<std::optional<TemplatePart>> TemplateParser::next() {
  if (rest_.empty()) return std::nullopt;
  if (const auto length = literal_length(rest_); length > 0) {
    const TemplatePart part{false, rest_.substr(0, length), std::nullopt, line_};
    skip(length);
    return part;
  }
  if (rest_.starts_with(kClose)) {
    return error(
        "there is a \"}}\" without a \"{{\" before it. For the braces themselves write {{ \"}}\" }}");
  }
  if (rest_.starts_with("{%")) {
    return error("tags such as {% if %} are not supported. For the characters themselves write {{ \"{%\" }}");
  }
  auto part = read_expression();
  if (!part) return std::unexpected(std::move(part).error());
  return *part;
}

/// "{{" stands next.
Result<TemplatePart> TemplateParser::read_expression() {
  const TemplateParser start = *this;  // an error names the line of the opening braces
  TemplatePart part{true, {}, std::nullopt, line_};
  skip(kOpen.size());
  if (rest_.starts_with('-')) return start.error("\"{{-\" is not supported; write \"{{\"");
  skip_blanks();
  if (rest_.starts_with('"') || rest_.starts_with('\'')) {
    auto text = read_string();
    if (!text) return std::unexpected(std::move(text).error());
    part.is_field = false;
    part.text = *text;
  } else {
    const auto end = rest_.find_first_of("|{}\n");
    if (end == rest_.npos || rest_[end] == '\n') return start.error("a field is not closed with \"}}\"");
    if (rest_[end] == '{') return start.error("a field's name cannot hold a brace; use exactly two");
    part.text = trim(rest_.substr(0, end));
    if (part.text.empty()) return start.error("a field has no name between its braces");
    if (part.text.size() > kLongestField) return start.error("a field's name is too long");
    skip(end);
  }
  skip_blanks();
  if (part.is_field && rest_.starts_with('|')) {
    if (auto read = read_default(part); !read) return std::unexpected(std::move(read).error());
    skip_blanks();
  }
  if (rest_.starts_with('|')) {
    return start.error(part.is_field ? "a field takes one filter only" : "a text takes no filter");
  }
  if (!rest_.starts_with(kClose)) return start.error("a field is not closed with \"}}\"");
  skip(kClose.size());
  if (rest_.starts_with('}')) return start.error("a field is closed with too many braces; use exactly two");
  return part;
}

/// "|" stands next.
Result<void> TemplateParser::read_default(TemplatePart& part) {
  skip(1);
  skip_blanks();
  const auto end = std::min(rest_.find_first_of(": \t\r\n|{}\"'"), rest_.size());
  const std::string_view filter = rest_.substr(0, end);
  if (filter != "default") {
    return error(
        fmt::format("the filter \"{}\" is unknown; there is only default: \"text\"", one_line(filter, 60)));
  }
  skip(end);
  skip_blanks();
  if (!rest_.starts_with(':')) return error("after \"default\" a colon and a text in quotes must follow");
  skip(1);
  skip_blanks();
  auto text = read_string();
  if (!text) return std::unexpected(std::move(text).error());
  part.filler = *text;
  return {};
}

Result<std::string_view> TemplateParser::read_string() {
  const char quote = rest_.empty() ? '\0' : rest_[0];
  if (quote != '"' && quote != '\'')
    return error("a text must stand in straight quotes, \"like this\" or 'like this'");
  const auto end = rest_.find(quote, 1);
  if (end == rest_.npos) return error(fmt::format("a text is not closed with {}", quote));
  const std::string_view text = rest_.substr(1, end - 1);
  skip(end + 1);
  return text;
}

std::unexpected<Error> TemplateParser::error(std::string_view what) const {
  return invalid("bad_template", fmt::format("Line {}: {}.", line_, what));
}

void TemplateParser::skip(std::size_t count) {
  line_ += static_cast<int>(std::ranges::count(rest_.substr(0, count), '\n'));
  rest_.remove_prefix(count);
}

void TemplateParser::skip_blanks() {
  skip(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
}

}  // namespace postrider

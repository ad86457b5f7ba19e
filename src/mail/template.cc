#include "mail/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "mail/template_parser.h"

namespace postrider {
namespace {

constexpr std::size_t kMaxText = 1 << 20;
constexpr int kMaxFields = 10'000;
constexpr std::size_t kMaxListed = 20;

/// Calls `use` with each part of `text`, in order, within the limits of a template.
Result<void> for_each_part(std::string_view text, const std::function<void(const TemplatePart&)>& use) {
  if (text.size() > kMaxText)
    return invalid("template_too_large", "The text is longer than 1 MiB. Make it shorter.");
  TemplateParser parser(text);
  int fields = 0;
  while (true) {
    auto part = parser.next();
    if (!part) return std::unexpected(std::move(part).error());
    if (!*part) return {};
    if ((*part)->is_field && ++fields > kMaxFields) {
      return invalid("template_too_large", "The text holds more than 10,000 fields. Use fewer.");
    }
    use(**part);
  }
}

/// At most twenty, each on one line, and how many more there are.
std::string listed(std::vector<std::string> items) {
  const auto left = items.size() > kMaxListed ? items.size() - kMaxListed : 0;
  items.resize(items.size() - left);
  std::string out = fmt::format("{}", fmt::join(items, ", "));
  if (left > 0) out += fmt::format(" and {} more", left);
  return out;
}

std::unexpected<Error> unknown_fields(std::vector<std::string> fields, std::span<const std::string> columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    if (!trim(column).empty()) names.push_back(one_line(trim(column), 60));
  }
  const std::string known =
      names.empty() ? "The list has no columns." : "The columns are: " + listed(std::move(names)) + ".";
  return invalid("unknown_field", fmt::format("No column matches {}. {}", listed(std::move(fields)), known));
}

void append(std::string& out, std::string_view value, TemplateKind kind) {
  for (const char c : value) {
    if (kind == TemplateKind::line && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) {
      out += ' ';
    } else if (kind == TemplateKind::html && std::string_view("&<>\"'").contains(c)) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
}

}  // namespace

struct Template::Program {
  struct Piece {
    std::string text;          ///< literal text, or the default of a field
    std::int64_t column = -1;  ///< -1: literal
    bool has_default = false;
  };
  TemplateKind kind = TemplateKind::text;
  std::vector<std::string> columns;
  std::vector<Piece> pieces;
  std::vector<std::size_t> required;
};

Result<Template> Template::compile(std::string_view text, std::span<const std::string> columns,
                                   TemplateOptions options) {
  std::unordered_map<std::string, std::size_t> column_of;
  for (std::size_t i = 0; i < columns.size(); ++i) column_of.emplace(field_key(columns[i]), i);
  column_of.erase("");  // a column without a name cannot be meant

  Program made{
      .kind = options.kind, .columns = {columns.begin(), columns.end()}, .pieces = {}, .required = {}};
  std::vector<std::string> unknown;
  auto read = for_each_part(text, [&](const TemplatePart& part) {
    if (!part.is_field) {
      const bool joins = !made.pieces.empty() && made.pieces.back().column < 0;
      if (!joins) made.pieces.emplace_back();
      made.pieces.back().text += part.text;
      return;
    }
    const auto column = column_of.find(field_key(part.text));
    if (column == column_of.end()) {
      unknown.push_back(fmt::format("{{{{ {} }}}} (line {})", one_line(part.text, 60), part.line));
      return;
    }
    made.pieces.push_back({std::string(part.filler.value_or("")), static_cast<std::int64_t>(column->second),
                           part.filler.has_value()});
    if (!part.filler && std::ranges::find(made.required, column->second) == made.required.end()) {
      made.required.push_back(column->second);
    }
  });
  if (!read) return std::unexpected(std::move(read).error());
  if (!unknown.empty()) return unknown_fields(std::move(unknown), columns);
  Template whole;
  whole.program_ = std::make_shared<const Program>(std::move(made));
  return whole;
}

Result<std::string> Template::render(const RenderInput& input) const {
  std::string out;
  for (const auto& piece : program_->pieces) {
    if (piece.column < 0) {
      out += piece.text;
      continue;
    }
    const auto column = static_cast<std::size_t>(piece.column);
    std::string_view value =
        column < input.values.size() ? std::string_view{input.values[column]} : std::string_view{};
    if (trim(value).empty()) {
      if (!piece.has_default) {
        return invalid("unresolved_field", fmt::format("{{{{{}}}}} is empty and has no default.",
                                                       one_line(trim(program_->columns[column]), 60)));
      }
      value = piece.text;
    }
    append(out, value, program_->kind);
  }
  if (out.size() > kMaxText) {
    return invalid("message_too_long", "The text would be longer than 1 MiB with this recipient's values.");
  }
  return out;
}

std::span<const std::size_t> Template::required_columns() const {
  return program_->required;
}

bool Template::depends_on_row() const {
  return false;
}

std::vector<TagSpan> template_tags(std::string_view text) {
  std::vector<TagSpan> spans;
  std::size_t at = 0;
  while ((at = text.find('{', at)) != text.npos) {
    const auto open = text.substr(at, 2);
    const auto end = open == "{{"   ? text.find("}}", at + 2)
                     : open == "{%" ? text.find("%}", at + 2)
                                    : text.npos;
    if (end == text.npos) {
      ++at;
      continue;
    }
    spans.push_back({at, end + 2});
    at = end + 2;
  }
  return spans;
}

Result<std::vector<std::string>> Template::fields(std::string_view text) {
  std::vector<std::string> spellings;
  std::unordered_set<std::string> seen;
  auto read = for_each_part(text, [&](const TemplatePart& part) {
    if (part.is_field && seen.insert(field_key(part.text)).second) spellings.emplace_back(part.text);
  });
  if (!read) return std::unexpected(std::move(read).error());
  return spellings;
}

}  // namespace postrider

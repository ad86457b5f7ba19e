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

}  // namespace

Result<Template> Template::compile(std::string_view text, std::span<const std::string> columns) {
  std::unordered_map<std::string, std::size_t> column_of;
  for (std::size_t i = 0; i < columns.size(); ++i) column_of.emplace(field_key(columns[i]), i);
  column_of.erase("");  // a column without a name cannot be meant

  Template made;
  std::vector<std::string> unknown;
  auto read = for_each_part(text, [&](const TemplatePart& part) {
    if (!part.is_field) {
      const bool joins = !made.pieces_.empty() && made.pieces_.back().column < 0;
      if (!joins) made.pieces_.emplace_back();
      made.pieces_.back().text += part.text;
      return;
    }
    const auto column = column_of.find(field_key(part.text));
    if (column == column_of.end()) {
      unknown.push_back(fmt::format("{{{{ {} }}}} (line {})", one_line(part.text, 60), part.line));
      return;
    }
    made.pieces_.push_back(
        {std::string(part.filler.value_or("")), static_cast<std::int64_t>(column->second)});
    if (!part.filler && std::ranges::find(made.required_, column->second) == made.required_.end()) {
      made.required_.push_back(column->second);
    }
  });
  if (!read) return std::unexpected(std::move(read).error());
  if (!unknown.empty()) return unknown_fields(std::move(unknown), columns);
  return made;
}

std::string Template::render(std::span<const std::string> values) const {
  const auto piece_text = [&values](const Piece& piece) -> std::string_view {
    if (piece.column < 0) return piece.text;
    const auto column = static_cast<std::size_t>(piece.column);
    const std::string_view value =
        column < values.size() ? std::string_view{values[column]} : std::string_view{};
    return trim(value).empty() ? std::string_view{piece.text} : value;
  };
  std::size_t size = 0;
  for (const Piece& piece : pieces_) size += piece_text(piece).size();
  std::string out;
  out.reserve(size);
  for (const Piece& piece : pieces_) out += piece_text(piece);
  return out;
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

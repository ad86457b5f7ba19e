#include "app/env_file.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text) {
    const bool fine = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (!fine) return false;
  }
  return true;
}

/// Nothing but blanks, or a comment, may follow a closing quote.
bool is_end(std::string_view rest) {
  return trim(rest).empty() || trim(rest).starts_with('#');
}

/// Nothing when a quote is not closed or something follows it.
std::optional<std::string> read_value(std::string_view text) {
  text = trim(text);
  if (text.starts_with('\'')) {
    const auto end = text.find('\'', 1);
    if (end == text.npos || !is_end(text.substr(end + 1))) return std::nullopt;
    return std::string(text.substr(1, end - 1));
  }
  std::string value;
  if (text.starts_with('"')) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') return is_end(text.substr(i + 1)) ? std::optional(value) : std::nullopt;
      if (text[i] == '\\' && i + 1 < text.size()) {
        ++i;
        value += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
      } else {
        value += text[i];
      }
    }
    return std::nullopt;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool blank_before = i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t';
    if (text[i] == '#' && blank_before) break;
    value += text[i];
  }
  return std::string(trim(value));
}

}  // namespace

Result<Environment> parse_env_file(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Environment found;
  int number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto equals = line.find('=');
    const auto name = trim(line.substr(0, equals));
    if (equals == line.npos || !is_name(name)) {
      return invalid("bad_env_file", fmt::format("Line {} of .env is no NAME=value.", number));
    }
    auto value = read_value(line.substr(equals + 1));
    if (!value)
      return invalid("bad_env_file", fmt::format("Line {} of .env: a quote is not closed.", number));
    found[std::string(name)] = std::move(*value);
  }
  return found;
}

}  // namespace postrider

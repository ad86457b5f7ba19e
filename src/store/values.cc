#include "store/values.h"

#include <fmt/format.h>

#include "store/task_store.h"

namespace postrider {
namespace {

bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  std::size_t plain = 0;  // start of what is copied as it is
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (!needs_escape(c)) continue;
    out += value.substr(plain, i - plain);
    plain = i + 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    }
  }
  out += value.substr(plain);
  out += '"';
}

[[noreturn]] void damaged() {
  throw StoreFault(StoreFault::Kind::lost, "database: a recipient's stored values are damaged");
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  damaged();
}

/// Reads one string, whose opening quote was read already, and moves `text` behind its end.
std::string take_string(std::string_view& text) {
  std::string value;
  while (true) {
    std::size_t stop = 0;
    while (stop < text.size() && text[stop] != '"' && text[stop] != '\\') ++stop;
    if (stop == text.size()) damaged();
    value += text.substr(0, stop);
    const bool ends = text[stop] == '"';
    text.remove_prefix(stop + 1);
    if (ends) return value;
    if (text.empty()) damaged();
    const char escaped = text[0];
    text.remove_prefix(1);
    if (escaped == '"' || escaped == '\\') {
      value += escaped;
    } else if (escaped == 'u' && text.size() >= 4 && text.starts_with("00")) {
      value += static_cast<char>(hex_digit(text[2]) * 16 + hex_digit(text[3]));
      text.remove_prefix(4);
    } else {
      damaged();
    }
  }
}

}  // namespace

std::string encode_values(std::span<const std::string> values) {
  std::size_t size = 2;
  for (const auto& value : values) size += value.size() + 3;
  std::string out;
  out.reserve(size);
  out += '[';
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    append_quoted(out, value);
  }
  out += ']';
  return out;
}

std::vector<std::string> decode_values(std::string_view text) {
  std::vector<std::string> values;
  if (!text.starts_with('[') || !text.ends_with(']')) damaged();
  text.remove_prefix(1);
  if (text == "]") return values;
  while (true) {
    if (!text.starts_with('"')) damaged();
    text.remove_prefix(1);
    values.push_back(take_string(text));
    if (text == "]") return values;
    if (!text.starts_with(',')) damaged();
    text.remove_prefix(1);
  }
}

}  // namespace postrider

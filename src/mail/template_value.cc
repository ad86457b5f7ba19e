#include "mail/template_value.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

using Kind = TemplateValue::Kind;

std::optional<double> as_number(const TemplateValue& value) {
  if (value.kind == Kind::number) return value.number;
  if (value.kind == Kind::text) return read_number(value.text);
  return std::nullopt;
}

bool is_truth_word(std::string_view text, bool truth) {
  return equals_ignoring_case(trim(text), truth ? "true" : "false");
}

}  // namespace

std::optional<double> read_number(std::string_view text) {
  text = trim(text);
  const bool negative = text.starts_with('-');
  std::string_view digits = negative || text.starts_with('+') ? text.substr(1) : text;
  if (digits.empty() || digits.size() > 40) return std::nullopt;
  int points = 0;
  for (const char c : digits) {
    if (c == '.') {
      ++points;
    } else if (c < '0' || c > '9') {
      return std::nullopt;
    }
  }
  if (points > 1 || digits.front() == '.' || digits.back() == '.') return std::nullopt;
  double number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (number >= kLargestNumber) return std::nullopt;
  return negative ? -number : number;
}

void append_number(std::string& out, double number) {
  number = nearest_decimal(number);
  if (number == std::floor(number)) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<std::int64_t>(number));
    return;
  }
  // 15 digits in all, and none after the tenth place.
  const int whole_digits = std::fabs(number) < 1 ? 1 : static_cast<int>(std::log10(std::fabs(number))) + 1;
  const auto begin = out.size();
  fmt::format_to(std::back_inserter(out), "{:.{}f}", number, std::min(10, 15 - whole_digits));
  out.resize(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  if (std::string_view(out).substr(begin) == "-0") out.replace(begin, 2, "0");
}

double nearest_decimal(double number) {
  if (number == std::floor(number)) return number;
  char buffer[40];
  const auto end = fmt::format_to_n(buffer, sizeof buffer, "{:.14e}", number).out;
  double nearest = number;
  std::from_chars(buffer, end, nearest);
  return nearest;
}

bool is_blank_character(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

std::string_view strip_start(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0 || !is_blank_character(code_point(text, length))) break;
    text.remove_prefix(length);
  }
  return text;
}

std::string_view strip_end(std::string_view text) {
  while (!text.empty()) {
    auto begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
      --begin;
    const auto last = text.substr(begin);
    if (utf8_length(last) != last.size() || !is_blank_character(code_point(last, last.size()))) break;
    text.remove_suffix(last.size());
  }
  return text;
}

bool is_empty_or_blank(const TemplateValue& value) {
  return value.kind == Kind::nothing || (value.kind == Kind::text && strip_start(value.text).empty());
}

bool is_true(const TemplateValue& value) {
  if (value.kind == Kind::truth) return value.truth;
  return !is_empty_or_blank(value);
}

bool are_equal(const TemplateValue& a, const TemplateValue& b) {
  if (a.kind == Kind::text && b.kind == Kind::text) return a.text == b.text;
  if (a.kind == Kind::nothing || b.kind == Kind::nothing) return is_empty_or_blank(a) && is_empty_or_blank(b);
  if (a.kind == Kind::truth || b.kind == Kind::truth) {
    if (a.kind == b.kind) return a.truth == b.truth;
    const auto& truth = a.kind == Kind::truth ? a : b;
    const auto& other = a.kind == Kind::truth ? b : a;
    return other.kind == Kind::text && is_truth_word(other.text, truth.truth);
  }
  const auto left = as_number(a);
  return left && left == as_number(b);
}

std::optional<int> compare(const TemplateValue& a, const TemplateValue& b) {
  const auto left = as_number(a);
  const auto right = as_number(b);
  if (left && right) return *left < *right ? -1 : *left > *right ? 1 : 0;
  if (a.kind == Kind::text && b.kind == Kind::text) return a.text.compare(b.text);
  return std::nullopt;
}

bool holds(const TemplateValue& whole, const TemplateValue& part) {
  if (whole.kind != Kind::text) return false;
  std::string number;
  std::string_view wanted = part.text;
  if (part.kind == Kind::number) {
    append_number(number, part.number);
    wanted = number;
  } else if (part.kind != Kind::text) {
    return false;
  }
  return find_text(whole.text, wanted) != wanted.npos;
}

std::size_t find_text(std::string_view whole, std::string_view part) {
  if (part.empty()) return 0;
  if (whole.size() < part.size()) return whole.npos;
  // string_view::find takes the product of both lengths for some texts; memmem never does.
  const void* found = ::memmem(whole.data(), whole.size(), part.data(), part.size());
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - whole.data()) : whole.npos;
}

std::string readable(std::string_view message) {
  constexpr std::size_t kLongest = 4000;
  return one_line(message, kLongest);
}

}  // namespace postrider

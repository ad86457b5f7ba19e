#pragma once
// TemplateValue: what an expression of a template is worth while it renders, and how two of them
// compare. A list holds texts only, so a text that reads as a number is one wherever a number is
// asked for. Only for the template. Pure; texts are views into the row, the program or a scratch.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postrider {

struct TemplateValue {
  enum class Kind : std::uint8_t {
    nothing,  ///< nil, or a field that is empty or blank
    truth,
    number,
    text
  };
  /// Why it is nothing: a written nil needs no default, an empty field does.
  static constexpr std::int32_t kMeant = -1;

  Kind kind = Kind::nothing;
  bool truth = false;
  std::int32_t source = kMeant;  ///< nothing: the empty column, or kFirstVariable - slot
  double number = 0;
  std::string_view text;

  static constexpr std::int32_t kFirstVariable = -2;

  static TemplateValue of(std::string_view text) { return {.kind = Kind::text, .text = text}; }
  static TemplateValue of(double number) { return {.kind = Kind::number, .number = number}; }
  static TemplateValue of(bool truth) { return {.kind = Kind::truth, .truth = truth}; }
  static TemplateValue nothing(std::int32_t source) { return {.kind = Kind::nothing, .source = source}; }

  /// An empty field without a default: an output of it is an error.
  bool is_unresolved() const { return kind == Kind::nothing && source != kMeant; }
};

/// The largest number a template calculates with, and what keeps every result exact to the unit.
inline constexpr double kLargestNumber = 1e15;

/// Blanks around it, a sign, digits, a point: "-12.50". No exponent, no thousands, no other base, and
/// at most 15 digits before the point: what is longer is a text, such as an account's number.
std::optional<double> read_number(std::string_view text);

/// As short as it can be said with 15 digits, never with an exponent: "0.3", "1200", "-0.125".
void append_number(std::string& out, double number);

/// The nearest number of 15 digits: what 0.1 + 0.2 was meant to be.
double nearest_decimal(double number);

/// Blank beyond ASCII as well: NBSP, the Unicode spaces, BOM (ECMAScript's white space).
bool is_blank_character(char32_t c);

/// Without blanks of any script at its ends.
std::string_view strip_start(std::string_view text);
std::string_view strip_end(std::string_view text);

/// False for nothing, false and blank texts.
bool is_true(const TemplateValue& value);
bool is_empty_or_blank(const TemplateValue& value);

bool are_equal(const TemplateValue& a, const TemplateValue& b);

/// Less than zero, zero, more: as numbers where both are, as texts (by octets) where neither is a
/// number of its own; nothing where they cannot be compared.
std::optional<int> compare(const TemplateValue& a, const TemplateValue& b);

/// Where `part` begins in `whole`, or npos. Linear in both, whatever they are.
std::size_t find_text(std::string_view whole, std::string_view part);

/// Whether `whole` holds `part`; a number counts as its text.
bool holds(const TemplateValue& whole, const TemplateValue& part);

/// An error's message as one line of valid UTF-8, whatever of a template or value it quotes.
std::string readable(std::string_view message);

}  // namespace postrider

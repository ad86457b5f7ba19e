#pragma once
// TemplateParser: cuts a template's text into literal pieces and fields. Only for template.cc; knows
// the syntax and nothing of columns. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct TemplatePart {
  bool is_field = false;
  std::string_view text;                   ///< literal text, or the field's spelling
  std::optional<std::string_view> filler;  ///< a field's default
  int line = 1;                            ///< where it starts, from 1
};

class TemplateParser {
 public:
  /// `text` must outlive the parser and its parts.
  explicit TemplateParser(std::string_view text) : rest_(text) {}

  /// The next part; nothing at the end; an error names the line.
  Result<std::optional<TemplatePart>> next();

 private:
  Result<TemplatePart> read_expression();
  Result<std::string_view> read_string();
  Result<void> read_default(TemplatePart& part);
  std::unexpected<Error> error(std::string_view what) const;
  void skip(std::size_t count);
  void skip_blanks();

  std::string_view rest_;
  int line_ = 1;
};

}  // namespace postrider

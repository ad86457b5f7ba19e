#pragma once
// TemplateLexer: cuts a template into literal text, outputs and tags, and carries out white space
// control, raw blocks and comments. Knows quotes and nothing else of what stands in a tag. Only for
// the template. Pure, linear.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace postrider {

/// What an error says of "}}" in literal text.
inline constexpr std::string_view kLonelyBraces =
    "there is a \"}}\" without a \"{{\" before it. For the braces themselves write {{ \"}}\" }}";

struct TemplatePiece {
  enum class Kind : std::uint8_t { text, output, tag };
  Kind kind = Kind::text;
  std::string_view text;  ///< literal text, or what stands between the braces, trimmed
  int line = 1;           ///< where it starts, from 1
  bool verbatim = false;  ///< text of a raw block
};

class TemplateLexer {
 public:
  /// `text` must outlive the lexer and its pieces.
  explicit TemplateLexer(std::string_view text) : text_(text) {}

  /// The next piece; nothing at the end; an error names the line. An empty text is no piece.
  Result<std::optional<TemplatePiece>> next();

  /// What is wrong in line `line`, as every error of a template reads.
  static std::unexpected<Error> error(int line, std::string_view what);

 private:
  int line_at(std::size_t at);

  std::string_view text_;
  std::size_t at_ = 0;
  bool trim_start_ = false;  ///< the tag before ended with "-}}" or "-%}"
  std::size_t counted_ = 0;  ///< up to here line_ counts
  int line_ = 1;
};

}  // namespace postrider

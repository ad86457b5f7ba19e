#pragma once
// TemplateCompiler: goes over a template's pieces once, makes their steps, keeps the open blocks and
// follows the HTML around the outputs. Only for the template. Pure.

#include <optional>
#include <string_view>
#include <vector>

#include "mail/template_builder.h"
#include "mail/template_html.h"
#include "mail/template_lexer.h"

namespace postrider {

class TemplateCompiler {
 public:
  TemplateCompiler(TemplateBuilder builder, TemplateKind kind) : builder_(std::move(builder)), kind_(kind) {}

  /// Fills builder().program(). Whether all names are known is asked of the builder afterwards.
  Result<void> compile(std::string_view text);

  TemplateBuilder& builder() { return builder_; }

 private:
  struct Block {
    std::string_view name;  ///< "if", "unless" or "case"
    int line = 1;
    HtmlPlace begin;
    std::optional<HtmlPlace> end;            ///< of the branches so far
    std::vector<std::size_t> exits;          ///< jumps behind the block's end
    std::optional<std::size_t> next_branch;  ///< the jump to where the branch after this one begins
    bool has_else = false;
    bool before_when = false;
    TemplateOperand subject;  ///< of "case"
  };

  Result<void> piece(const TemplatePiece& piece);
  Result<void> text(const TemplatePiece& piece);
  Result<void> output(const TemplatePiece& piece);
  Result<void> tag(const TemplatePiece& piece);
  Result<void> open_if(std::string_view name, SyntaxReader& reader, int line);
  Result<void> open_case(SyntaxReader& reader, int line);
  Result<void> branch(std::string_view name, SyntaxReader& reader, int line);
  Result<void> close(std::string_view name, int line);
  Result<void> assign(SyntaxReader& reader, int line);

  Result<void> push(Block block);
  Result<void> end_branch(int line);
  void jump_unless(Block& block, TemplateRange comparisons, bool negated);
  Result<Escaping> escaping(BuiltExpression& built, int line);
  void record(const TemplateNeeds& needs);
  void finish();

  TemplateBuilder builder_;
  TemplateKind kind_;
  HtmlPlace place_;
  std::vector<Block> blocks_;
  int tags_ = 0;
  std::vector<std::size_t> sometimes_;  ///< columns needed by outputs within blocks
};

}  // namespace postrider

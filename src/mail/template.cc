#include "mail/template.h"

#include <utility>

#include "mail/template_compiler.h"

namespace postrider {

Result<Template> Template::compile(std::string_view text, std::span<const std::string> columns,
                                   TemplateOptions options) {
  TemplateCompiler compiler(TemplateBuilder(columns, false, options.own_field), options.kind);
  if (auto fine = compiler.compile(text); !fine) return std::unexpected(std::move(fine).error());
  if (auto known = compiler.builder().names_are_known(); !known)
    return std::unexpected(std::move(known).error());
  Template made;
  made.program_ = std::make_shared<const TemplateProgram>(std::move(compiler.builder().program()));
  return made;
}

Result<std::vector<std::string>> Template::fields(std::string_view text) {
  TemplateCompiler compiler(TemplateBuilder({}, true), TemplateKind::text);
  if (auto fine = compiler.compile(text); !fine) return std::unexpected(std::move(fine).error());
  return std::move(compiler.builder().spellings());
}

}  // namespace postrider

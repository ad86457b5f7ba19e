#include "app/verbs/verb_markdown.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {
namespace {

/// A bar would end the table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string spelling(const CLI::Option& option) {
  const auto type = option.get_type_name();
  // A required word is a positional that may be given by its name as well.
  const auto name = option.get_positional() ? type : option.get_name(false, true);
  const bool takes_value = !option.get_positional() && option.get_items_expected_max() > 0;
  return fmt::format("`{}{}`{}", cell(name), takes_value ? " " + cell(type) : "",
                     option.get_required() ? ", required" : "");
}

std::string options_of(const CLI::App& verb) {
  std::string rows;
  for (const auto* option : verb.get_options()) {
    if (option->get_name().find("--help") != std::string::npos || option->get_group().empty()) continue;
    rows += fmt::format("| {} | {} |\n", spelling(*option), cell(option->get_description()));
  }
  return rows.empty() ? rows : "\n| word or option | what it says |\n|---|---|\n" + rows;
}

std::string examples_of(const CLI::App& verb) {
  const std::string footer = verb.get_footer();
  const auto at = footer.find("Example");
  const auto begin = at == footer.npos ? at : footer.find('\n', at);
  if (begin == footer.npos) return {};
  std::string out = "\n```\n";
  for (const auto line : split(std::string_view(footer).substr(begin + 1), '\n')) {
    out += std::string(trim(line)) + "\n";
  }
  return out + "```\n";
}

}  // namespace

std::string verb_markdown(const CLI::App& verb, const std::string& words) {
  const auto verbs = verb.get_subcommands({});
  const std::string depth = words.find(' ') == words.rfind(' ') ? "##" : "###";
  std::string out = fmt::format("\n{} {}\n\n{}.\n", depth, words, verb.get_description());
  out += options_of(verb);
  out += examples_of(verb);
  for (const auto* one : verbs) out += verb_markdown(*one, words + " " + one->get_name());
  return out;
}

}  // namespace postrider

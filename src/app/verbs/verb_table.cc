#include "app/verbs/verb_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace postrider {

VerbTable::VerbTable() : root_("Postrider: every email its own durable, scheduled task.", "postrider") {
  root_.require_subcommand(1);
  add_global_options(root_, global_);
  root_.get_formatter()->column_width(34);
}

CLI::App* VerbTable::group(const std::string& name, const std::string& about) {
  auto* group = root_.add_subcommand(name, about);
  group->require_subcommand(1);
  group->fallthrough();
  return group;
}

CLI::App* VerbTable::verb(CLI::App* parent, const std::string& name, const std::string& about,
                          const std::string& example, RunVerb run) {
  auto* verb = parent->add_subcommand(name, about);
  verb->fallthrough();
  verb->footer("--json, --database URL and --server URL work with every verb.\n\nExample:\n  " + example);
  verbs_[verb] = std::move(run);
  return verb;
}

/// A word in the place of a group's verb that is none: the parser itself would only say that a verb
/// is missing.
void VerbTable::check_verb(const std::vector<std::string>& argv) const {
  const CLI::App* group = nullptr;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (is_global_option(argv[i])) ++i;
    if (i >= argv.size() || argv[i].starts_with('-')) continue;
    if (group == nullptr) {
      const auto groups = root_.get_subcommands([&](const auto* app) { return app->get_name() == argv[i]; });
      if (groups.empty() || groups.front()->get_subcommands({}).empty()) return;
      group = groups.front();
      continue;
    }
    std::string known;
    for (const auto* verb : group->get_subcommands({})) {
      if (verb->get_name() == argv[i]) return;
      known += (known.empty() ? "" : ", ") + verb->get_name();
    }
    throw CLI::ParseError(
        fmt::format("{} has no verb \"{}\". It has: {}", group->get_name(), one_line(argv[i], 40), known),
        CLI::ExitCodes::ExtrasError);
  }
}

void VerbTable::parse(std::vector<std::string> argv) {
  check_verb(argv);
  std::ranges::reverse(argv);  // the parser takes them from the back
  root_.parse(argv);
}

VerbResult VerbTable::run(VerbContext& context, Output& output) const {
  const CLI::App* chosen = &root_;
  while (!chosen->get_subcommands().empty()) chosen = chosen->get_subcommands().front();
  const auto verb = verbs_.find(chosen);
  CHECK(verb != verbs_.end());
  return verb->second(context, output);
}

}  // namespace postrider

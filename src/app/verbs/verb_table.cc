#include "app/verbs/verb_table.h"

#include <algorithm>

#include "base/check.h"

namespace postrider {

VerbTable::VerbTable() : root_("Postrider: every email its own durable, scheduled task.", "postrider") {
  root_.require_subcommand(1);
  root_.add_flag("--json", json_, "Answer with JSON");
  root_.add_option("--database", database_, "Database URL, sqlite:///file (else DATABASE_URL)");
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
  verb->footer("--json and --database URL work with every verb.\n\nExample:\n  " + example);
  verbs_[verb] = std::move(run);
  return verb;
}

void VerbTable::parse(std::vector<std::string> argv) {
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

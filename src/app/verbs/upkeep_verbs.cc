// backup FILE | resume --restored

#include <fmt/format.h>

#include <filesystem>

#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

VerbResult backup(VerbContext& context, Output& output, const std::string& name) {
  auto& store = context.actions.store;
  const auto place = context.files.to_write(name);
  if (!place) return std::unexpected(place.error());
  const auto& file = place->name;
  std::error_code unknown;
  if (std::filesystem::exists(place->place, unknown)) {
    return conflict(
        "file_exists",
        fmt::format("{} exists already. Choose another file; backups are never overwritten.", file.string()));
  }
  const auto done = store.backup(place->place.string());
  if (!done) return std::unexpected(done.error());
  store.audit(context.actions.who, fmt::format("backed up to {}", file.string()));
  // The copy holds sealed passwords; without the key they stay closed.
  const auto key = std::filesystem::path(store.state().file).parent_path() / "postrider.key";
  std::error_code ignored;
  const bool key_file = std::filesystem::exists(key, ignored);
  if (output.wants_json()) {
    output.print(json::object{{"file", file.string()},
                              {"key_file", key_file ? json::value(key.string()) : json::value(nullptr)}});
    return 0;
  }
  output.say(fmt::format("Backup written to {}.", file.string()));
  output.note(
      key_file
          ? fmt::format("Keep the key with it, in another place: {}. Without it the mailboxes' passwords in "
                        "the backup cannot be opened.",
                        key.string())
          : "Keep SECRET_KEY as well, in another place. Without it the mailboxes' passwords in the backup "
            "cannot be opened.");
  return 0;
}

VerbResult resume_restored(VerbContext& context, Output& output) {
  auto& store = context.actions.store;
  const auto uncertain = store.resume_restored();
  if (!uncertain) return std::unexpected(uncertain.error());
  store.audit(context.actions.who, fmt::format("resumed the restored database: {} uncertain", *uncertain));
  if (output.wants_json()) {
    output.print(json::object{{"uncertain", *uncertain}});
    return 0;
  }
  output.say(fmt::format(
      "The restored database sends again; {} may have gone out since the backup and {} uncertain now.",
      count_of(*uncertain, "email"), *uncertain == 1 ? "is" : "are"));
  if (*uncertain > 0) output.note("`postrider uncertain list` lists them.");
  return 0;
}

}  // namespace

void add_upkeep_verbs(VerbTable& table) {
  {
    auto file = std::make_shared<std::string>();
    auto* verb =
        table.verb(&table.root(), "backup", "Copy the database while it is in use",
                   "postrider backup /var/backups/postrider-monday.db",
                   [file](VerbContext& context, Output& output) { return backup(context, output, *file); });
    verb->add_option("file", *file, "The copy; must not exist yet")->type_name("NEW-FILE")->required();
  }
  {
    auto restored = std::make_shared<bool>(false);
    auto* verb = table.verb(
        &table.root(), "resume", "Let a restored database send again", "postrider resume --restored",
        [restored](VerbContext& context, Output& output) { return resume_restored(context, output); });
    verb->add_flag("--restored", *restored,
                   "What could have gone out since the backup becomes uncertain; the rest is sent")
        ->required();
  }
}

}  // namespace postrider

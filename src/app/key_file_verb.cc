// key-file rotate: another key of the installation's. Everything sealed is sealed anew; no server may run,
// for it holds the old key.

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

#include "app/installation.h"
#include "app/key_file.h"
#include "app/program.h"
#include "app/verbs/output.h"

namespace postrider {
namespace {

Result<int> rotate(const Program& program) {
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  const auto& settings = loaded->settings;
  const auto file = program.database(settings);
  if (!file) return std::unexpected(file.error());
  if (!settings.secret_key.empty() && settings.new_secret_key.empty()) {
    return invalid(
        "no_new_key",
        "The key is in SECRET_KEY, so say the new one in NEW_SECRET_KEY. `openssl rand -hex 32` makes "
        "a good one.");
  }
  SystemClock clock;
  const auto open =
      open_installation(*file, settings, "running `postrider key-file rotate`", clock, Micros{0});
  if (!open) return std::unexpected(open.error());
  const auto rotated =
      rotate_key(*(*open)->store, (*open)->secrets, *file, settings.new_secret_key, clock.wall_now());
  if (!rotated) return std::unexpected(rotated.error());
  (*open)->store->campaigns().audit(
      "local", fmt::format("replaced the installation's key by {}", rotated->fingerprint));

  Output output(program.out, program.err, program.json, 0);
  if (program.json) {
    output.print(boost::json::object{
        {"fingerprint", rotated->fingerprint},
        {"passwords", rotated->resealed.passwords},
        {"kept_answers", rotated->resealed.answers},
        {"old_key_file",
         rotated->old_file.empty() ? boost::json::value(nullptr) : boost::json::value(rotated->old_file)}});
    return 0;
  }
  output.say(fmt::format("The database's key is now {}: {} sealed anew, and all else that was sealed.",
                         rotated->fingerprint, count_of(rotated->resealed.passwords, "password")));
  if (!settings.new_secret_key.empty())
    output.note(
        "Set SECRET_KEY to what NEW_SECRET_KEY is now, and take NEW_SECRET_KEY away, before the next start.");
  if (!rotated->old_file.empty()) {
    output.note(fmt::format("The old key is kept as {}: backups from before need it. Delete it with them.",
                            rotated->old_file));
  }
  return 0;
}

}  // namespace

void add_key_file_verb(Program& program, CLI::App& app) {
  auto* verb = app.add_subcommand("key-file", "The installation's key, which seals passwords at rest");
  verb->require_subcommand(1);
  verb->fallthrough();
  auto* rotating = verb->add_subcommand(
      "rotate",
      "Replace the key and seal everything anew; no server may run. With SECRET_KEY: by NEW_SECRET_KEY");
  rotating->footer("Example:\n  postrider key-file rotate");
  rotating->callback([&program] { program.choose([&program] { return rotate(program); }); });
}

}  // namespace postrider

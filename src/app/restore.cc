// restore FILE: a backup takes the place of the database. It starts in quarantine: nothing is sent
// until a person says so, because emails may have gone out after the backup was made.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <ostream>

#include "app/key_file.h"
#include "app/program.h"
#include "app/verbs/files.h"
#include "app/verbs/output.h"
#include "base/clock.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {
namespace {

namespace fs = std::filesystem;

void sync(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) throw Fault(fmt::format("cannot sync {}: {}", path.string(), std::strerror(error)));
}

/// What SQLite keeps beside a database file.
void remove_with_companions(const std::string& file) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(file + end, ignored);
}

/// Away, not deleted: with its log, which may hold what its file does not.
std::string move_aside(const std::string& file) {
  auto stamp = format_rfc3339(std::chrono::floor<std::chrono::seconds>(SystemClock().wall_now()));
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  const auto aside = file + ".replaced-" + stamp;
  for (const char* end : {"-wal", "-shm", ""}) {
    if (fs::exists(file + end)) fs::rename(file + end, aside + end);
  }
  return aside;
}

Result<int> restore(const Program& program, const std::string& name, bool force) {
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  const auto file = program.database(loaded->settings);
  if (!file) return std::unexpected(file.error());
  const auto backup = resolve(program.directory, name);
  if (!fs::is_regular_file(backup))
    return not_found("no_backup", fmt::format("There is no file {}.", backup.string()));

  std::string owner;
  const auto lock =
      FileLock::try_take(*file, fmt::format("process {}, running `postrider restore`", ::getpid()), owner);
  if (!lock) {
    return conflict("database_in_use",
                    fmt::format("The database {} is in use by {}. End it first, then restore.", *file,
                                owner.empty() ? "another process" : owner));
  }
  if (fs::exists(*file) && !force) {
    return conflict(
        "database_exists",
        fmt::format("The database {} exists already. --force moves it aside and puts the backup in its "
                    "place.",
                    *file));
  }

  const auto part = *file + ".restoring";
  remove_with_companions(part);
  fs::copy_file(backup, part);
  fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write);
  const auto state = inspect_backup(part);
  if (!state) {
    remove_with_companions(part);
    auto error = state.error();
    if (const auto at = error.message.find(part); at != error.message.npos) {
      error.message.replace(at, part.size(), backup.string());
    }
    return std::unexpected(std::move(error));
  }
  std::error_code ignored;
  for (const char* end : {"-wal", "-shm"}) fs::remove(part + end, ignored);  // left by looking, empty
  sync(part, O_RDONLY);
  std::string aside;
  if (fs::exists(*file)) aside = move_aside(*file);
  for (const char* end : {"-wal", "-shm"}) fs::remove(*file + end, ignored);
  fs::rename(part, *file);
  sync(fs::path(*file).parent_path(), O_RDONLY | O_DIRECTORY);

  Output output(program.out, program.err, program.json, 0);
  if (program.json) {
    output.print(boost::json::object{
        {"database", *file},
        {"backup_of", format_rfc3339(*state->quarantined_at)},
        {"quarantined", true},
        {"replaced", aside.empty() ? boost::json::value(nullptr) : boost::json::value(aside)}});
    return 0;
  }
  output.say(fmt::format("Restored {} from the backup of {}.", *file, show_time(state->quarantined_at)));
  if (!aside.empty()) output.say(fmt::format("What was there is kept as {}.", aside));
  output.say(
      "It is in quarantine: it sends nothing until `postrider resume --restored`, which makes every email "
      "that could have gone out since the backup uncertain.");
  if (loaded->settings.secret_key.empty() && !fs::exists(key_file_beside(*file))) {
    output.note(
        fmt::format("Its key is not here yet: put the key file of the backup's installation back as {}.",
                    key_file_beside(*file)));
  }
  return 0;
}

}  // namespace

void add_restore_verb(Program& program, CLI::App& app) {
  auto file = std::make_shared<std::string>();
  auto force = std::make_shared<bool>(false);
  auto* verb = app.add_subcommand("restore", "Put a backup in the database's place; no server may run");
  verb->add_option("file", *file, "Made by `postrider backup`")->type_name("FILE")->required();
  verb->add_flag("--force", *force, "Move the database there is aside");
  verb->footer("Example:\n  postrider restore /var/backups/postrider-monday.db");
  verb->callback([&program, file, force] {
    program.choose([&program, file, force] { return restore(program, *file, *force); });
  });
}

}  // namespace postrider

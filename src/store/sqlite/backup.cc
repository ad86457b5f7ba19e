// Backup: a consistent copy while sending goes on. It steps on the writer's own connection, a few
// megabytes at a time, so that what changes meanwhile is copied too and nobody waits long. The copy
// carries the quarantine mark: whoever opens it must first decide what became of the emails that
// went out after it was taken.

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/private_file.h"

namespace postrider::sqlite {
namespace {

constexpr int kPages = 512;  // a step: 2 MiB

/// Copies one step; false when all is copied.
bool copy_step(sqlite3_backup* backup, Database& copy) {
  const int code = sqlite3_backup_step(backup, kPages);
  if (code == SQLITE_DONE) return false;
  if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED)
    copy.fail(code, "copying the database");
  return true;
}

constexpr auto kMark =
    "INSERT INTO meta (key, value) VALUES ('quarantined_at', ?1) ON CONFLICT DO UPDATE SET value = ?1";

std::unexpected<Error> cannot_write(const std::string& file) {
  return unavailable("backup_failed",
                     fmt::format("Cannot write {}: {}. Nothing was left there.", file, std::strerror(errno)));
}

}  // namespace

Result<void> SqliteCampaignStore::backup(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    return conflict(
        "file_exists",
        fmt::format("{} exists already. Choose another file; backups are never overwritten.", file));
  }
  // It gets its name only once it is whole and on disk.
  const std::string partial = file + ".partial";
  std::filesystem::remove(partial, ignored);
  if (!create_private_file(partial)) return cannot_write(partial);
  const auto taken_at = now();
  try {
    {
      Database copy(partial, Database::Mode::writer);
      sqlite3_backup* backup = nullptr;
      {
        const std::lock_guard lock(writer_.mutex);
        backup = sqlite3_backup_init(copy.raw(), "main", writer_.db.raw(), "main");
      }
      if (backup == nullptr) copy.fail(sqlite3_errcode(copy.raw()), "copying the database");
      // The backup holds on to the writer: it ends with the writer's mutex held, whatever happens.
      const auto end = [this](sqlite3_backup* running) {
        const std::lock_guard lock(writer_.mutex);
        sqlite3_backup_finish(running);
      };
      const std::unique_ptr<sqlite3_backup, decltype(end)> running(backup, end);
      for (bool more = true; more;) {
        const std::lock_guard lock(writer_.mutex);
        more = copy_step(backup, copy);
      }
    }
    Database copy(partial, Database::Mode::writer);
    copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
    const std::string mark = fmt::to_string(to_micros(taken_at));
    Statement(copy, kMark).run(std::string_view{mark});
  } catch (const StoreFault& fault) {
    std::filesystem::remove(partial, ignored);
    std::filesystem::remove(partial + "-journal", ignored);
    return unavailable("backup_failed",
                       fmt::format("The backup failed, nothing was left at {}: {}", file, fault.what()));
  }
  if (!sync_file(partial) ||
      renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0 ||
      !sync_directory_of(file)) {
    const auto answer = cannot_write(file);
    std::filesystem::remove(partial, ignored);
    return answer;
  }
  return {};
}

}  // namespace postrider::sqlite

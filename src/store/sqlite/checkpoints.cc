#include "store/sqlite/checkpoints.h"

#include <sqlite3.h>

namespace postrider::sqlite {
namespace {

int hook(void* self, sqlite3* connection, const char*, int pages) {
  return static_cast<Checkpoints*>(self)->after_commit(connection, pages);
}

/// Of all that can go wrong only an I/O error matters at once; the rest is tried again later.
int only_lost(int code) {
  return (code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CORRUPT ? code : SQLITE_OK;
}

}  // namespace

Checkpoints::Checkpoints(Writer& writer) : writer_(writer) {
  sqlite3_wal_hook(writer.db.raw(), hook, this);
}

int Checkpoints::after_commit(sqlite3* connection, int pages) {
  ++writer_.commits;
  if (pages < kMovePages) {
    cut_at_ = kCutPages;  // the log has started over
    return SQLITE_OK;
  }
  if (pages < cut_at_) {
    return only_lost(
        sqlite3_wal_checkpoint_v2(connection, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  }
  sqlite3_busy_timeout(connection, 1000);  // a reader is gone within a second
  const int code =
      sqlite3_wal_checkpoint_v2(connection, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(connection, 5000);
  cut_at_ = code == SQLITE_OK ? kCutPages : pages + kRetryPages;
  return only_lost(code);
}

}  // namespace postrider::sqlite

#pragma once
// Checkpoints: when the writer moves its log into the database file. Some 4 MB of log normally;
// above 64 MB (long readers kept it from starting over) the log is also cut. A failed sync of the
// database file is never tried again: it surfaces as the commit's StoreFault of kind `lost`.
// Store room only; under the writer's mutex.

#include "store/sqlite/writer.h"

namespace postrider::sqlite {

class Checkpoints {
 public:
  /// Takes over from SQLite's own automatic checkpoints on this connection, and counts its commits.
  explicit Checkpoints(Writer& writer);
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

  /// After a commit that left `pages` in the log. A SQLite result code.
  int after_commit(sqlite3* connection, int pages);

 private:
  static constexpr int kMovePages = 1'000;   // of 4 KiB
  static constexpr int kCutPages = 16'384;   // 64 MiB
  static constexpr int kRetryPages = 4'096;  // after a cut that readers prevented
  Writer& writer_;
  int cut_at_ = kCutPages;
};

}  // namespace postrider::sqlite

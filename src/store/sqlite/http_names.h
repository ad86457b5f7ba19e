#pragma once
// HttpNames: the names that callers gave to HTTP tasks. A name is taken while its task is there, and for a
// window after its end. Under the writer's mutex, inside a transaction; store room only.

#include <optional>
#include <string_view>

#include "base/time.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

class HttpNames {
 public:
  HttpNames(Database& db, Micros window);
  /// As the file has them now.
  void load();

  /// False where it is taken.
  bool take(std::int64_t queue, std::string_view id, std::int64_t key);
  /// Its task has ended. Twice does no harm.
  void end(std::int64_t queue, std::string_view id, std::int64_t key, WallTime now);
  /// The same of all named tasks with these keys, before their rows go.
  void end_all(std::int64_t first, std::int64_t last, WallTime now);
  /// Of a queue that is gone. How many went, at most `most`.
  int remove(std::int64_t queue, std::int64_t most);
  /// Names whose window is over are free, if not too many at once.
  void forget(WallTime now);

 private:
  Database& db_;
  const Micros window_;
  std::optional<WallTime> first_ended_;  // of those that are taken still
  Statement take_, end_, free_;
};

}  // namespace postrider::sqlite

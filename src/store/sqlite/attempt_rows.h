#pragma once
// AttemptRows: the attempts that ended in one transaction, written together. Store room only.

#include <string>
#include <vector>

#include "base/id.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

struct AttemptRow {
  std::int64_t email = 0;
  int number = 0;
  std::int64_t mailbox = 0, crew = 0, started = 0, ended = 0;
  bool charged = false;
  int disposition = 0;
  std::string stage;
  int code = 0;
  std::string enhanced, server_text, reason, sent_as;
};

class AttemptRows {
 public:
  explicit AttemptRows(Database& db);

  /// A transaction begins: what an earlier one did not write (it failed) is forgotten.
  void begin() { rows_.clear(); }
  void add(AttemptRow row);
  /// Before anything reads attempts, and before the commit.
  void write();

 private:
  void insert(Statement& statement, std::size_t first, std::size_t count);
  Statement one_, many_;
  std::vector<AttemptRow> rows_;
};

}  // namespace postrider::sqlite

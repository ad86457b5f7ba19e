// The log's writes, gathered: counted and made to fail by SQLite's own hooks for system calls.

#include "store/sqlite/log_vfs.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <random>

#include "store/sqlite/database.h"
#include "store/task_store.h"

namespace postrider::sqlite {
namespace {

/// What the next writes of SQLite's own layer do; nothing: what the system does.
std::function<ssize_t(int, const void*, std::size_t, off64_t)>& written_by() {
  static std::function<ssize_t(int, const void*, std::size_t, off64_t)> hook;
  return hook;
}

ssize_t write_at(int file, const void* content, std::size_t size, off64_t at) {
  return written_by() ? written_by()(file, content, size, at) : ::pwrite64(file, content, size, at);
}

class LogVfs : public testing::Test {
 protected:
  LogVfs() {
    std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    auto* unix_layer = sqlite3_vfs_find(nullptr);
    for (const char* call : {"pwrite", "pwrite64"}) {
      unix_layer->xSetSystemCall(unix_layer, call, reinterpret_cast<sqlite3_syscall_ptr>(write_at));
    }
    writer_.emplace(file(), Database::Mode::writer);
    writer_->execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; "
        "CREATE TABLE box (id INTEGER PRIMARY KEY, content BLOB NOT NULL)");
  }
  ~LogVfs() override {
    written_by() = {};
    writer_.reset();
    auto* unix_layer = sqlite3_vfs_find(nullptr);
    unix_layer->xSetSystemCall(unix_layer, nullptr, nullptr);
    std::filesystem::remove_all(directory_);
  }

  std::string file(const char* end = "") const { return (directory_ / "test.db").string() + end; }
  void add(int rows) {
    Transaction transaction(*writer_);
    Statement insert(*writer_, "INSERT INTO box (content) VALUES (randomblob(3000))");
    for (int n = 0; n < rows; ++n) insert.run();
    transaction.commit();
  }
  static std::int64_t number(Database& database, std::string_view sql) {
    Statement query(database, sql);
    EXPECT_TRUE(query.query().step());
    return query.integer(0);
  }
  static std::int64_t rows(Database& database) { return number(database, "SELECT count(*) FROM box"); }
  static bool is_sound(Database& database) {
    Statement check(database, "PRAGMA integrity_check");
    return check.query().step() && check.text(0) == "ok";
  }
  /// What would be there had the machine stopped now: the files as they are, opened afresh.
  std::int64_t rows_after_a_crash() {
    const std::string copy = (directory_ / "copy.db").string();
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(file(end), copy + end, std::filesystem::copy_options::overwrite_existing);
    }
    std::filesystem::remove(copy + "-shm");
    Database crashed(copy, Database::Mode::writer);
    EXPECT_TRUE(is_sound(crashed));
    return rows(crashed);
  }

  std::filesystem::path directory_;
  std::optional<Database> writer_;
};

TEST_F(LogVfs, ACommitOfManyPagesIsOneWrite) {
  add(1);
  int writes = 0;
  written_by() = [&](int out, const void* content, std::size_t size, off64_t at) {
    ++writes;
    return ::pwrite64(out, content, size, at);
  };
  add(20);
  EXPECT_EQ(writes, 1);
  EXPECT_EQ(rows(*writer_), 21);
}

TEST_F(LogVfs, WhatIsCommittedIsInTheFilesAndSeenByOthersAtOnce) {
  Database reader(file(), Database::Mode::reader);
  for (int n = 1; n <= 50; ++n) {
    add(n % 7 == 0 ? 200 : 1);
    EXPECT_EQ(rows(reader), rows(*writer_));
    EXPECT_EQ(rows_after_a_crash(), rows(*writer_));
  }
}

TEST_F(LogVfs, ATransactionThatOutgrowsTheCacheReadsWhatItWroteAndWritesItAgain) {
  writer_->execute("PRAGMA cache_size = 10");
  add(300);
  Database reader(file(), Database::Mode::reader);
  std::mt19937 random(7);
  for (int n = 0; n < 20; ++n) {
    const auto before = rows(reader);
    {
      Transaction transaction(*writer_);
      Statement change(*writer_, "UPDATE box SET content = randomblob(3000) WHERE id % ? = 0");
      Statement insert(*writer_, "INSERT INTO box (content) VALUES (zeroblob(3000))");
      for (int step = 0; step < 4; ++step) {
        change.run(static_cast<int>(1 + random() % 5));
        for (int row = 0; row < 20; ++row) insert.run();
        EXPECT_EQ(rows(reader), before);  // nothing of it shows before its commit
      }
      if (n % 3 != 0) transaction.commit();
    }
    EXPECT_EQ(rows(reader), n % 3 != 0 ? before + 80 : before);
    EXPECT_TRUE(is_sound(*writer_));
    EXPECT_EQ(rows_after_a_crash(), rows(reader));
  }
}

TEST_F(LogVfs, ACheckpointMovesEverythingAndTheLogStartsOver) {
  for (int n = 0; n < 5; ++n) {
    add(30);
    writer_->execute(n % 2 == 0 ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
    add(1);
    EXPECT_EQ(rows_after_a_crash(), 31 * (n + 1));
  }
}

TEST_F(LogVfs, AFullDiskFailsTheCommitAndTheNextOneIsWhole) {
  add(1);
  Database reader(file(), Database::Mode::reader);
  for (int failing = 0; failing < 3; ++failing) {
    int writes = 0;
    written_by() = [&](int out, const void* content, std::size_t size, off64_t at) -> ssize_t {
      if (++writes <= failing) return ::pwrite64(out, content, size, at);
      // Half of it, then nothing more: as disks fill up.
      if (writes == failing + 1) return ::pwrite64(out, content, size / 2, at);
      errno = ENOSPC;
      return -1;
    };
    const auto before = rows(reader);
    try {
      add(100);
      FAIL() << "the commit succeeded";
    } catch (const StoreFault& fault) {
      EXPECT_EQ(fault.kind(), StoreFault::Kind::retry) << fault.what();
    }
    EXPECT_EQ(rows(reader), before);
    written_by() = {};
    EXPECT_EQ(rows_after_a_crash(), before);
    add(2);
    EXPECT_EQ(rows(reader), before + 2);
    EXPECT_EQ(rows_after_a_crash(), before + 2);
  }
}

TEST_F(LogVfs, ABrokenDiskIsNotTakenForAFullOne) {
  add(1);
  written_by() = [](int, const void*, std::size_t, off64_t) -> ssize_t {
    errno = EIO;
    return -1;
  };
  try {
    add(1);
    FAIL() << "the commit succeeded";
  } catch (const StoreFault& fault) {
    EXPECT_EQ(fault.kind(), StoreFault::Kind::lost) << fault.what();
  }
}

}  // namespace
}  // namespace postrider::sqlite

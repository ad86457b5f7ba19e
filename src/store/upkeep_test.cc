#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "store/nouns_fixture.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.sql.h"

namespace postrider {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Upkeep : public NounsTest {
 protected:
  static int mode(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 0777) : -1;
  }
  void restore_from(const std::string& backup) { open(backup); }
};

TEST_F(Upkeep, FilesBelongToTheirOwnerAlone) {
  const auto path = file("deep/er/new.db");
  open(path);
  EXPECT_EQ(mode(path), 0600);
  EXPECT_EQ(mode(path + "-wal"), 0600);
  EXPECT_EQ(mode(file("deep/er")), 0700);
  ::chmod(path.c_str(), 0644);
  open(path);
  EXPECT_EQ(mode(path), 0600);
}

TEST_F(Upkeep, AFileOfANewerVersionOrAnotherProgramIsRefused) {
  {
    sqlite::Database newer(file("newer.db"), sqlite::Database::Mode::writer);
    newer.execute("PRAGMA user_version = 999");
    sqlite::Database other(file("other.db"), sqlite::Database::Mode::writer);
    other.execute("CREATE TABLE cats (name)");
    std::ofstream(file("text.db")) << "this is no database at all";
  }
  EXPECT_EQ(code_of(SqliteStore::open(file("newer.db"), clock_)), "database_newer");
  EXPECT_EQ(code_of(SqliteStore::open(file("other.db"), clock_)), "not_a_database");
  EXPECT_EQ(code_of(SqliteStore::open(file("text.db"), clock_)), "not_a_database");
  EXPECT_EQ(code_of(SqliteStore::open("/proc/nowhere/x.db", clock_)), "database_unavailable");
}

TEST_F(Upkeep, OneLockHoldsADatabaseAndNamesItsOwner) {
  std::string owner;
  auto first = FileLock::try_take(file("test.db"), "server 42 on 127.0.0.1:8000", owner);
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::try_take(file("test.db"), "second", owner));
  EXPECT_EQ(owner, "server 42 on 127.0.0.1:8000");
  std::filesystem::create_symlink(file("test.db"), file("link.db"));
  EXPECT_FALSE(FileLock::try_take(file("link.db"), "third", owner));
  first.reset();
  EXPECT_TRUE(FileLock::try_take(file("test.db"), "second", owner));
}

TEST_F(Upkeep, MetaIsKept) {
  EXPECT_EQ(nouns().meta("key"), std::nullopt);
  nouns().set_meta("key", "one");
  nouns().set_meta("key", "two");
  open(file("test.db"));
  EXPECT_EQ(nouns().meta("key"), "two");
  EXPECT_EQ(nouns().state().schema, static_cast<int>(sqlite::kMigrations.size()));
  EXPECT_EQ(nouns().state().trouble, "");
  EXPECT_EQ(nouns().state().file, file("test.db"));
}

TEST_F(Upkeep, ABackupIsACopyInQuarantineAndNeverOverwrites) {
  const auto id = start(people(3));
  ASSERT_TRUE(nouns().backup(file("copy.db")));
  EXPECT_EQ(code_of(nouns().backup(file("copy.db"))), "file_exists");
  EXPECT_EQ(mode(file("copy.db")), 0600);
  EXPECT_FALSE(std::filesystem::exists(file("copy.db.partial")));
  EXPECT_FALSE(std::filesystem::exists(file("copy.db-wal")));
  const auto taken = clock_.wall_now();
  EXPECT_EQ(end_all(delivered()), 3);
  EXPECT_EQ(code_of(nouns().resume_restored()), "not_restored");

  restore_from(file("copy.db"));
  EXPECT_EQ(nouns().state().quarantined_at, taken);
  EXPECT_TRUE(claim().empty());
  EXPECT_NE(nouns().waiting(id, clock_.wall_now()).what.find("restored"), std::string::npos);
  EXPECT_EQ(nouns().resume_restored(), 3);
  EXPECT_EQ(nouns().state().quarantined_at, std::nullopt);
  EXPECT_TRUE(claim().empty());
  expect_counts(id, {.uncertain = 3});
  EXPECT_EQ(emails(id)[0].reason, "may have been sent after the backup was taken");
  EXPECT_EQ(campaign(id).status, CampaignStatus::completed);
}

TEST_F(Upkeep, ABackupTakenWhileAListIsReadIsWhole) {
  const auto id = add_draft(people(20'000));
  const auto other = add_draft({});
  std::jthread reading([&] {
    ListSource source({"email", "name"}, people(20'000));
    EXPECT_TRUE(nouns().import(other, source, {.email = 0, .name = 1}, 0, {}));
  });
  ASSERT_TRUE(nouns().backup(file("copy.db")));
  reading.join();
  sqlite::Database copy(file("copy.db"), sqlite::Database::Mode::reader);
  sqlite::Statement check(copy, "PRAGMA integrity_check");
  ASSERT_TRUE(check.step());
  EXPECT_EQ(check.text(0), "ok");
  sqlite::Statement count(copy, "SELECT count(*) FROM recipient WHERE campaign_id = ?");
  ASSERT_TRUE(count.query(id.value).step());
  EXPECT_EQ(count.integer(0), 20'000);
}

TEST_F(Upkeep, ARestoredCampaignLosesOnlyWhatCouldHaveGoneOut) {
  const auto id = add_draft(people(100));
  auto paced = campaign(id);
  paced.pace = {minutes{1}, minutes{2}};
  ASSERT_TRUE(nouns().update_campaign(paced));
  ASSERT_TRUE(nouns().start(id, std::nullopt, {}));
  const auto due = claim(1);
  ASSERT_EQ(due.size(), 1u);
  end(due[0], delivered());
  const auto later = start(people(3));
  ASSERT_TRUE(nouns().pause(later, ""));
  ASSERT_TRUE(nouns().backup(file("copy.db")));
  clock_.advance(minutes{10});

  restore_from(file("copy.db"));
  const auto uncertain = nouns().resume_restored().value();
  EXPECT_GE(uncertain, 5);
  EXPECT_LE(uncertain, 11);
  expect_counts(id, {.sent = 1, .uncertain = uncertain, .pending = 99 - uncertain});
  EXPECT_EQ(campaign(id).status, CampaignStatus::sending);
  EXPECT_EQ(campaign(later).counts.pending, 3);
  EXPECT_EQ(campaign(later).status, CampaignStatus::paused);
  EXPECT_NE(campaign(later).why.find("restored from a backup of"), std::string::npos);
}

TEST_F(Upkeep, AScheduledCampaignWhoseTimePassedIsUncertainToo) {
  const auto soon = add_draft(people(3)), far = add_draft(people(3));
  ASSERT_TRUE(nouns().start(soon, clock_.wall_now() + hours{1}, {}));
  ASSERT_TRUE(nouns().start(far, clock_.wall_now() + hours{9}, {}));
  ASSERT_TRUE(nouns().backup(file("copy.db")));
  clock_.advance(hours{2});
  restore_from(file("copy.db"));
  EXPECT_EQ(nouns().resume_restored(), 3);
  expect_counts(soon, {.uncertain = 3});
  EXPECT_EQ(campaign(soon).status, CampaignStatus::completed);
  expect_counts(far, {.pending = 3});
  EXPECT_EQ(campaign(far).status, CampaignStatus::scheduled);
}

TEST_F(Upkeep, WhatACrashLeftOfACopyOrARemovalIsGoneAfterTheNextOpen) {
  const auto id = add_draft(people(3));
  store_.reset();
  {
    sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
    db.execute("UPDATE campaign SET hidden = 1");
  }
  open(file("test.db"));
  EXPECT_EQ(code_of(nouns().campaign(id)), "campaign_not_found");
  store_.reset();
  sqlite::Database db(file("test.db"), sqlite::Database::Mode::writer);
  sqlite::Statement rows(db, "SELECT (SELECT count(*) FROM campaign) + (SELECT count(*) FROM recipient)");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 0);
}

}  // namespace
}  // namespace postrider

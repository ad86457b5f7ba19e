#include "store/account_store_fixture.h"

namespace postrider {
namespace {

using AccountSessions = AccountsTest;

TEST_F(AccountSessions, SayWhoseTheyAreAndWhatThatAccountIsNow) {
  const auto ana = add("ana"), bo = add("bo");
  const auto session = open_session(bo, "h");
  auto found = accounts().find_session("h", now()).value();
  EXPECT_EQ(found.account.id, bo);
  EXPECT_EQ(found.account.name, "bo");
  EXPECT_EQ(found.account.role, Role::owner);
  EXPECT_EQ(found.account.password_hash, "") << "no request needs it";
  EXPECT_EQ(found.session.address, session.address);
  EXPECT_EQ(found.session.expires, session.expires);
  ASSERT_TRUE(accounts().set_role(bo, Role::viewer));
  EXPECT_EQ(accounts().find_session("h", now())->account.role, Role::viewer);
  EXPECT_FALSE(is_open("g"));
  EXPECT_TRUE(accounts().sessions(ana).empty());
}

TEST_F(AccountSessions, EndAfterSevenIdleDays) {
  const auto ana = add("ana");
  auto session = open_session(ana, "h");
  clock_.advance(kSessionIdle - Micros{1});
  ASSERT_TRUE(is_open("h"));
  accounts().note_seen(session, now());
  clock_.advance(kSessionIdle - Micros{1});
  EXPECT_TRUE(is_open("h"));
  clock_.advance(Micros{1});
  EXPECT_FALSE(is_open("h"));
}

TEST_F(AccountSessions, EndAfterThirtyDaysHoweverBusy) {
  const auto ana = add("ana");
  open_session(ana, "h");
  for (int day = 0; day < 30; ++day) {
    const auto found = accounts().find_session("h", now());
    ASSERT_TRUE(found) << day;
    accounts().note_seen(found->session, now());
    clock_.advance(std::chrono::days{1});
  }
  EXPECT_FALSE(is_open("h"));
}

TEST_F(AccountSessions, WriteDownThatTheyWereUsedOnceAMinute) {
  const auto ana = add("ana");
  open_session(ana, "h");
  const auto begun = now();
  clock_.advance(std::chrono::seconds{59});
  accounts().note_seen(accounts().find_session("h", now())->session, now());
  EXPECT_EQ(accounts().find_session("h", now())->session.last_seen, begun);
  clock_.advance(std::chrono::seconds{1});
  accounts().note_seen(accounts().find_session("h", now())->session, now());
  EXPECT_EQ(accounts().find_session("h", now())->session.last_seen, now());
}

TEST_F(AccountSessions, AreClosedOneByOneOrAllAtOnce) {
  const auto ana = add("ana");
  open_session(ana, "a");
  open_session(ana, "b");
  open_session(ana, "c");
  EXPECT_TRUE(accounts().close_session("b"));
  EXPECT_FALSE(accounts().close_session("b"));
  EXPECT_FALSE(is_open("b"));
  EXPECT_TRUE(is_open("a"));
  EXPECT_EQ(accounts().close_sessions(ana), 2);
  EXPECT_FALSE(is_open("a"));
}

TEST_F(AccountSessions, BeyondAnAccountsShareEndTheOldest) {
  const auto ana = add("ana"), bo = add("bo");
  open_session(bo, "other");
  for (int i = 0; i < kMostSessions + 3; ++i) {
    open_session(ana, "h" + std::to_string(i));
    clock_.advance(std::chrono::seconds{1});
  }
  EXPECT_EQ(accounts().sessions(ana).size(), static_cast<std::size_t>(kMostSessions));
  EXPECT_FALSE(is_open("h2"));
  EXPECT_TRUE(is_open("h3"));
  EXPECT_TRUE(is_open("other"));
}

TEST_F(AccountSessions, ThatHaveExpiredAreRemovedByTheNextLogin) {
  const auto ana = add("ana");
  open_session(ana, "old");
  clock_.advance(kSessionLife);
  open_session(ana, "new");
  EXPECT_EQ(accounts().sessions(ana).size(), 1u);
}

}  // namespace
}  // namespace postrider

#include "smtp/session_limit.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using namespace std::chrono_literals;
const BootTime kNow{Micros{1'000'000'000}};

// SMTP-SESSION-04, SMTP-SESSION-06
TEST(SessionLimit, FallsAtOnceAndRisesSlowly) {
  SessionLimit limit;
  EXPECT_EQ(limit.allowed(50, kNow), 50);
  EXPECT_EQ(limit.allowed(0, kNow), 1);
  limit.lower(3, kNow);
  EXPECT_EQ(limit.allowed(50, kNow), 3);
  EXPECT_EQ(limit.allowed(2, kNow), 2);
  EXPECT_EQ(limit.allowed(50, kNow + 59s), 3);
  EXPECT_EQ(limit.allowed(50, kNow + 60s), 4);
  EXPECT_EQ(limit.allowed(50, kNow + 24h), 50);
  limit.lower(3, kNow + 2min);
  EXPECT_EQ(limit.allowed(50, kNow + 2min), 3) << "the next refusal sets it back";
  limit.lower(0, kNow);
  EXPECT_EQ(limit.allowed(50, kNow), 1) << "never none: somebody must find out when it is over";
  limit.forget();
  EXPECT_EQ(limit.allowed(50, kNow), 50);
}

// SMTP-AUTH-03, SMTP-SESSION-04
TEST(SessionLimit, IsLoweredByWhatMeansTooManySessions) {
  const struct {
    const char* name;
    Trouble trouble;
    bool crowded;
  } rows[] = {
      {"too many connections",
       {Trouble::Kind::reply, Stage::greeting, make_reply(421, "4.7.0 Too many connections")},
       true},
      {"421", {Trouble::Kind::reply, Stage::greeting, make_reply(421, "4.3.2 later")}, true},
      {"421 at EHLO", {Trouble::Kind::reply, Stage::ehlo, make_reply(421, "closing")}, true},
      {"Exchange's 432",
       {Trouble::Kind::reply, Stage::auth, make_reply(432, "4.3.2 Concurrent connections limit exceeded")},
       true},
      {"a new password is wanted",
       {Trouble::Kind::reply, Stage::auth, make_reply(432, "4.7.12 password transition")},
       false},
      {"distrust", {Trouble::Kind::reply, Stage::auth, make_reply(421, "4.7.0 try later")}, false},
      {"wrong password", {Trouble::Kind::reply, Stage::auth, make_reply(535, "5.7.8 no")}, false},
      {"turned away", {Trouble::Kind::reply, Stage::greeting, make_reply(554, "no")}, false},
      {"hung up at once", {Trouble::Kind::closed, Stage::greeting}, true},
      {"hung up at login", {Trouble::Kind::closed, Stage::auth}, false},
      {"refused connection", {Trouble::Kind::port_closed, Stage::connect}, true},
      {"silence", {Trouble::Kind::timeout, Stage::greeting}, false},
      {"stopped", {Trouble::Kind::stopped, Stage::connect}, false},
  };
  for (const auto& row : rows) EXPECT_EQ(is_crowded(row.trouble), row.crowded) << row.name;
}

}  // namespace
}  // namespace postrider

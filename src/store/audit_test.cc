#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

class Audit : public NounsTest {
 protected:
  std::string whats(AuditFilter filter) {
    std::string all;
    filter.limit = 2;
    while (true) {
      const auto page = nouns().audit_log(filter);
      if (page.empty()) return all;
      for (const auto& row : page) all += row.what + " ";
      filter.before = page.back().id;
    }
  }
};

TEST_F(Audit, SaysWhoDidWhatAndWhenNewestFirst) {
  const auto begun = clock_.wall_now();
  nouns().audit("local:ana", "a");
  nouns().audit("local:bo", "b");
  clock_.advance(1h);
  nouns().audit("local:ana", "c");
  clock_.advance(1h);
  nouns().audit("key:ci", "d");
  EXPECT_EQ(whats({}), "d c b a ");
  EXPECT_EQ(whats({.who = "local:ana"}), "c a ");
  EXPECT_EQ(whats({.who = "nobody"}), "");
  EXPECT_EQ(whats({.from = begun + 1h}), "d c ");
  EXPECT_EQ(whats({.until = begun + 1h}), "b a ");
  EXPECT_EQ(whats({.from = begun, .until = begun + 2h}), "c b a ");
  EXPECT_EQ(whats({.who = "local:ana", .from = begun + 1h, .until = begun + 2h}), "c ");
  const auto row = nouns().audit_log({.limit = 1}).at(0);
  EXPECT_EQ(row.at, begun + 2h);
  EXPECT_EQ(row.who, "key:ci");
  EXPECT_EQ(whats({.before = AuditId{99}}), "") << "there is no such row to go on from";
}

TEST_F(Audit, KeepsItsOrderWhenTheClockWasSetBack) {
  nouns().audit("x", "first");
  clock_.set_wall(clock_.wall_now() - 1h);
  nouns().audit("x", "second");
  EXPECT_EQ(whats({}), "first second ") << "by the times that it wrote down";
}

}  // namespace
}  // namespace postrider

#include "catcher/fault_rule.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using Action = FaultRule::Action;
using Count = FaultRule::Count;

TEST(FaultRule, IsReadAsItIsWritten) {
  const struct {
    const char* text;
    Count count;
    std::int64_t first, last, every;
    Stage stage;
    Action action;
    const char* reply = "";
    int milliseconds = 0;
  } rows[] = {
      {"dot 421 4.7.0 Later", Count::always, 1, 1, 0, Stage::dot, Action::reply, "421 4.7.0 Later"},
      {"mail 3: dot 421 4.7.0 Later", Count::mail, 3, 3, 0, Stage::dot, Action::reply, "421 4.7.0 Later"},
      {"mail 3-5:rcpt close", Count::mail, 3, 5, 0, Stage::rcpt, Action::close},
      {"every 5 mails: body silence", Count::mail, 1, 1, 5, Stage::body, Action::silence},
      {"session 2: greeting garbage", Count::session, 2, 2, 0, Stage::greeting, Action::garbage},
      {"every 2 sessions: connect delay 250", Count::session, 1, 1, 2, Stage::connect, Action::delay, "",
       250},
      {" starttls  extra ", Count::always, 1, 1, 0, Stage::starttls, Action::extra},
      {"auth 535 5.7.8 See: example", Count::always, 1, 1, 0, Stage::auth, Action::reply,
       "535 5.7.8 See: example"},
      {"data delay 999999", Count::always, 1, 1, 0, Stage::data, Action::delay, "", 60'000},
      {"session 1: mail 450", Count::session, 1, 1, 0, Stage::mail, Action::reply, "450"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto rule = parse_fault_rule(row.text);
    ASSERT_TRUE(rule.has_value()) << rule.error().message;
    EXPECT_EQ(static_cast<int>(rule->count), static_cast<int>(row.count));
    EXPECT_EQ(rule->first, row.first);
    EXPECT_EQ(rule->last, row.last);
    EXPECT_EQ(rule->every, row.every);
    EXPECT_EQ(static_cast<int>(rule->stage), static_cast<int>(row.stage));
    EXPECT_EQ(static_cast<int>(rule->action), static_cast<int>(row.action));
    EXPECT_EQ(rule->reply, row.reply);
    EXPECT_EQ(rule->milliseconds, row.milliseconds);
  }
}

TEST(FaultRule, SaysWhatIsWrongWithIt) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "stage"},
      {"helo 421", "stage"},
      {"dot", "behind the stage"},
      {"dot 42 Later", "behind the stage"},
      {"dot 600 Later", "behind the stage"},
      {"dot delay", "behind the stage"},
      {"dot close now", "behind the stage"},
      {"dot 421 La\tter", "behind the stage"},
      {"mail 0: dot close", "before the colon"},
      {"mail 5-3: dot close", "before the colon"},
      {"mails: dot close", "before the colon"},
      {"every third mail: dot close", "before the colon"},
      {"dot extra", "extra belongs"},
      {"connect 421 Busy", "at connect"},
      {"mail 2: ehlo close", "count sessions"},
  };
  for (const auto& [text, words] : rows) {
    const auto rule = parse_fault_rule(text);
    ASSERT_FALSE(rule.has_value()) << text;
    EXPECT_NE(rule.error().message.find(words), std::string::npos) << text << ": " << rule.error().message;
  }
}

TEST(FaultRule, IsFoundByStageAndCount) {
  const std::vector<FaultRule> rules{
      *parse_fault_rule("mail 3: dot close"), *parse_fault_rule("every 4 mails: dot garbage"),
      *parse_fault_rule("session 2-3: ehlo silence"), *parse_fault_rule("rcpt delay 1")};
  const auto at = [&](Stage stage, std::int64_t session, std::int64_t mail) {
    const FaultRule* const found = find_fault(rules, stage, session, mail);
    return found ? static_cast<int>(found - rules.data()) : -1;
  };
  EXPECT_EQ(at(Stage::dot, 1, 2), -1);
  EXPECT_EQ(at(Stage::dot, 1, 3), 0);
  EXPECT_EQ(at(Stage::dot, 1, 8), 1);
  EXPECT_EQ(at(Stage::ehlo, 1, 0), -1);
  EXPECT_EQ(at(Stage::ehlo, 3, 0), 2);
  EXPECT_EQ(at(Stage::ehlo, 4, 0), -1);
  EXPECT_EQ(at(Stage::rcpt, 9, 9), 3);
}

}  // namespace
}  // namespace postrider

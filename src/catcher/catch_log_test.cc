#include "catcher/catch_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace postrider {
namespace {

class CatchLogTest : public testing::Test {
 protected:
  CatchLogTest() {
    char path[] = "/tmp/catch_log_test.XXXXXX";
    directory_ = std::string(::mkdtemp(path)) + "/catch";
  }
  ~CatchLogTest() override { std::filesystem::remove_all(std::filesystem::path(directory_).parent_path()); }

  static std::int64_t append(CatchLog& log, std::string to, std::string message) {
    std::promise<std::int64_t> done;
    CaughtEmail email;
    email.from = "a@b";
    email.to = {std::move(to)};
    log.append(std::move(email), std::move(message), [&](std::int64_t n) { done.set_value(n); });
    return done.get_future().get();
  }

  std::string directory_;
};

TEST_F(CatchLogTest, TellsWhatWasAccepted) {
  {
    CatchLog log(directory_, true);
    EXPECT_EQ(append(log, "c@d", "Subject: one\r\nMessage-ID: <1@x>\r\n\r\nhi\r\n"), 1);
    EXPECT_EQ(append(log, "e@f", "subject: a\r\n folded one\r\n\r\nSubject: not me\r\n"), 2);
  }
  const auto all = list_caught(directory_);
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->at(0).message_id, "<1@x>");
  EXPECT_EQ(all->at(0).subject, "one");
  EXPECT_EQ(all->at(1).subject, "a folded one");
  EXPECT_EQ(all->at(1).to, std::vector<std::string>{"e@f"});
  EXPECT_EQ(read_caught(directory_, 2).value(), "subject: a\r\n folded one\r\n\r\nSubject: not me\r\n");
  EXPECT_FALSE(read_caught(directory_, 3).has_value());
}

TEST_F(CatchLogTest, CountsOnAfterARestartAndCutsOffATornLine) {
  {
    append(*std::make_unique<CatchLog>(directory_, true), "c@d", "x\r\n");
  }
  std::ofstream(directory_ + "/log.jsonl", std::ios::app) << R"({"n":2,"at":"2026)";
  EXPECT_EQ(list_caught(directory_)->size(), 1u);
  {
    CatchLog log(directory_, false);
    EXPECT_EQ(append(log, "e@f", "y\r\n"), 2);
  }
  ASSERT_EQ(list_caught(directory_)->size(), 2u);
  EXPECT_EQ(read_caught(directory_, 1).value(), "x\r\n");
  EXPECT_EQ(read_caught(directory_, 2).value(), "y\r\n");
}

TEST_F(CatchLogTest, IsEmptyWhereNothingWasCaught) {
  EXPECT_TRUE(list_caught("/nowhere/at/all")->empty());
  EXPECT_EQ(read_caught("/nowhere/at/all", 1).error().code, "caught_not_found");
}

TEST_F(CatchLogTest, HasOneWriterOnly) {
  const CatchLog log(directory_, true);
  EXPECT_THROW(CatchLog(directory_, true), Fault);
}

TEST_F(CatchLogTest, KeepsStrangeBytesInTheMessageAndUtf8InTheLog) {
  const std::string message = "Subject: caf\xe9\r\n\r\n\xff\x01\r\n";
  {
    CatchLog log(directory_, true);
    append(log, "bj\xc3\xb6rn@d", message);
  }
  EXPECT_EQ(list_caught(directory_)->at(0).subject, "caf?");
  EXPECT_EQ(list_caught(directory_)->at(0).to.at(0), "bj\xc3\xb6rn@d");
  EXPECT_EQ(read_caught(directory_, 1).value(), message);
}

}  // namespace
}  // namespace postrider

#include "catcher/conversation.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using Kind = Conversation::Step::Kind;
using std::string_literals::operator""s;

/// A client that says everything at once and hears everything at the end.
struct Dialog {
  CatcherOptions options;
  CatchCounts counts;
  std::string out;
  std::vector<std::string> messages;
  bool closed = false;
  std::optional<Conversation> conversation;

  std::string say(const std::string& bytes) {
    if (!conversation) {
      conversation.emplace(options, counts, 1, false);
      conversation->advance(out);
    }
    conversation->feed(bytes);
    while (!closed) {
      const auto step = conversation->advance(out);
      if (step.kind == Kind::read) break;
      if (step.kind == Kind::close) closed = true;
      if (step.kind == Kind::store) {
        messages.push_back(conversation->take_message());
        conversation->stored(static_cast<std::int64_t>(messages.size()));
      }
    }
    return std::exchange(out, {});
  }
};

const std::string hello = "EHLO me\r\n";
const std::string envelope = "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n";

TEST(Conversation, AcceptsAPipelinedMail) {
  Dialog dialog;
  dialog.say(hello);
  const std::string answers = dialog.say(envelope + "Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(answers,
            "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n"
            "250 2.0.0 Ok: caught as 1\r\n221 2.0.0 Bye\r\n");
  EXPECT_EQ(dialog.messages, std::vector<std::string>{"Subject: x\r\n\r\n.dot\r\n"});
  EXPECT_TRUE(dialog.closed);
}

TEST(Conversation, ReadsTheSameHoweverTheBytesAreSplit) {
  const std::string all = hello + envelope + "x\r\n.y\r\n\r\n..\r\n.\r\n" + envelope + "z\r\n.\r\n";
  for (std::size_t size = 1; size < all.size(); ++size) {
    Dialog dialog;
    for (std::size_t at = 0; at < all.size(); at += size) dialog.say(all.substr(at, size));
    ASSERT_EQ(dialog.messages, (std::vector<std::string>{"x\r\ny\r\n\r\n.\r\n", "z\r\n"})) << size;
  }
}

TEST(Conversation, RefusesLinesThatDoNotEndWithCrLf) {
  for (const std::string& body :
       {"a\nb\r\n"s, "a\r\n.\nb\r\n"s, "a\rb\r\n"s, "a\r\r\n"s, ".\n\r\n"s, "a\r\n\n"s}) {
    Dialog dialog;
    dialog.say(hello);
    const std::string answers = dialog.say(envelope + body + ".\r\n");
    EXPECT_TRUE(answers.ends_with("550 5.5.2 Lines must end with CRLF\r\n"))
        << testing::PrintToString(body) << answers;
    EXPECT_TRUE(dialog.messages.empty());
    EXPECT_FALSE(dialog.closed);
  }
  Dialog dialog;
  EXPECT_TRUE(dialog.say("EHLO me\n").ends_with("550 5.5.2 Lines must end with CRLF\r\n"));
  EXPECT_TRUE(dialog.closed);
}

TEST(Conversation, RefusesWhatIsTooBigAndGoesOn) {
  Dialog dialog;
  dialog.options.max_message = 100'000;
  dialog.say(hello);
  EXPECT_TRUE(dialog.say(envelope + std::string(300'000, 'x') + "\r\n.\r\n")
                  .ends_with("552 5.3.4 Message too big\r\n"));
  EXPECT_TRUE(dialog.say("MAIL FROM:<a@b> SIZE=100001\r\n").starts_with("552 5.3.4"));
  EXPECT_TRUE(dialog.say(envelope + "x\r\n.\r\n").ends_with("caught as 1\r\n"));
}

TEST(Conversation, TakesALineLongerThanItsBuffer) {
  Dialog dialog;
  dialog.say(hello);
  const std::string line = std::string(200'000, 'x') + "\r\n";
  for (std::size_t at = 0; at < envelope.size(); at += 7) dialog.say(envelope.substr(at, 7));
  for (std::size_t at = 0; at < line.size(); at += 10'000) dialog.say(line.substr(at, 10'000));
  dialog.say(".\r\n");
  ASSERT_EQ(dialog.messages.size(), 1u);
  EXPECT_EQ(dialog.messages[0], line);
}

TEST(Conversation, DefersAnAddressAsOftenAsItAsks) {
  Dialog dialog;
  dialog.say(hello + "MAIL FROM:<a@b>\r\n");
  const std::string rcpt = "RCPT TO:<defer-2@d.example>\r\n";
  EXPECT_EQ(dialog.say(rcpt), "451 4.3.0 Try again later\r\n");
  EXPECT_EQ(dialog.say(rcpt), "451 4.3.0 Try again later\r\n");
  EXPECT_EQ(dialog.say(rcpt), "250 2.1.5 Ok\r\n");
}

TEST(Conversation, LetsOnlyTheConfiguredUserIn) {
  Dialog dialog;
  dialog.options.user = "user";
  dialog.options.password = "pass";
  dialog.say(hello);
  EXPECT_TRUE(dialog.say("MAIL FROM:<a@b>\r\n").starts_with("530 5.7.0"));
  EXPECT_TRUE(dialog.say("AUTH PLAIN AHVzZXIAd3Jvbmc=\r\n").starts_with("535 5.7.8"));
  EXPECT_TRUE(dialog.say("AUTH LOGIN\r\n").starts_with("334"));
  EXPECT_TRUE(dialog.say("dXNlcg==\r\n").starts_with("334"));
  EXPECT_TRUE(dialog.say("cGFzcw==\r\n").starts_with("235"));
  EXPECT_TRUE(dialog.say("MAIL FROM:<a@b>\r\n").starts_with("250"));
}

TEST(Conversation, KeepsCommandsInOrder) {
  Dialog dialog;
  EXPECT_TRUE(dialog.say("MAIL FROM:<a@b>\r\n").ends_with("503 5.5.1 Not now\r\n"));
  dialog.say(hello);
  EXPECT_TRUE(dialog.say("RCPT TO:<a@b>\r\n").starts_with("503"));
  EXPECT_TRUE(dialog.say("DATA\r\n").starts_with("503"));
  EXPECT_TRUE(dialog.say("MAIL FROM:<a@b>\r\nDATA\r\n").ends_with("554 5.5.1 No valid recipients\r\n"));
  EXPECT_TRUE(dialog.say("WHAT\r\n").starts_with("502"));
  EXPECT_TRUE(dialog.say("RCPT TO:<bj\xc3\xb6rn@b>\r\n").starts_with("250")) << "only MAIL asks for SMTPUTF8";
}

}  // namespace
}  // namespace postrider

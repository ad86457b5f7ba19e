#include "campaign/letter.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

class LetterTest : public testing::Test {
 protected:
  LetterTest() {
    campaign_.subject = "Hello {{ name }}";
    campaign_.message = "Dear {{ name }} of {{ city | default: \"here\" }}";
    campaign_.columns = {{.header = "email"}, {.header = "Name"}, {.header = "City"}};
  }
  std::shared_ptr<const Letter> compile() {
    auto letter = Letter::compile(campaign_, files_);
    EXPECT_TRUE(letter) << (letter ? "" : letter.error().front().part + letter.error().front().error.message);
    return letter ? *letter : nullptr;
  }
  Result<MessageParts> write(const std::vector<std::string>& values, const Address* tester = nullptr) {
    return compile()->write({.address = from_, .name = "Ana"},
                            {.address = to_, .name = "Bo", .values = values}, {}, tester);
  }

  Campaign campaign_;
  const std::vector<std::string> values_{"bo@example.org", "Bo", ""};
  std::vector<Attachment> files_;
  const Address from_{"ana", "example.com"}, to_{"bo", "example.org"};
};

TEST_F(LetterTest, WritesTextForOneRecipient) {
  const auto parts = write({"bo@example.org", "Bo", ""}).value();
  EXPECT_EQ(parts.subject, "Hello Bo");
  EXPECT_EQ(parts.text, "Dear Bo of here");
  EXPECT_EQ(parts.html, "");
  EXPECT_EQ(parts.from_name, "Ana");
  EXPECT_EQ(parts.to.text(), "bo@example.org");
  EXPECT_EQ(parts.attached, nullptr);
}

TEST_F(LetterTest, MakesTheTextBesideHtmlUnlessThereIsOne) {
  campaign_.content.format = MessageFormat::html;
  campaign_.message = "<p>Dear <b>{{ name }}</b></p>";
  EXPECT_EQ(write({"", "A & B", ""})->html, "<p>Dear <b>A &amp; B</b></p>");
  EXPECT_NE(write({"", "A & B", ""})->text.find("Dear A & B"), std::string::npos);
  campaign_.content.text = "Only for {{ name }}";
  EXPECT_EQ(write({"", "A & B", ""})->text, "Only for A & B");
}

TEST_F(LetterTest, MarkdownIsItsOwnText) {
  campaign_.content.format = MessageFormat::markdown;
  campaign_.message = "Dear **{{ name }}**";
  const auto parts = write({"", "<Bo>", ""}).value();
  EXPECT_EQ(parts.text, "Dear **<Bo>**");
  EXPECT_NE(parts.html.find("<strong>&lt;Bo&gt;</strong>"), std::string::npos) << parts.html;
}

TEST_F(LetterTest, CarriesHeadersReplyToFromNameAndAttachments) {
  campaign_.content.from_name = "Sales";
  campaign_.content.reply_to = "\"Help, Desk\" <help@example.com>";
  campaign_.content.headers = {"X-City: {{ city }}"};
  files_ = {make_attachment("a.pdf", "%PDF").value()};
  const auto parts = write({"", "Bo", "Rome\r\nBcc: x@example.org"}).value();
  EXPECT_EQ(parts.from_name, "Sales");
  EXPECT_EQ(parts.reply_to_name, "Help, Desk");
  ASSERT_EQ(parts.headers.size(), 1u);
  EXPECT_EQ(parts.headers[0].value.find_first_of("\r\n"), std::string::npos);
  ASSERT_NE(parts.attached, nullptr);
}

TEST_F(LetterTest, ATesterGetsItMarkedAndNobodyElse) {
  const Address tester{"me", "example.net"};
  const auto parts = write({"", "Bo", ""}, &tester).value();
  EXPECT_EQ(parts.to.text(), "me@example.net");
  EXPECT_EQ(parts.to_name, "");
  EXPECT_EQ(parts.subject, "[Test] Hello Bo");
  ASSERT_EQ(parts.headers.size(), 1u);
  EXPECT_EQ(parts.headers[0].name, kTestForHeader);
  EXPECT_EQ(parts.headers[0].value, "bo@example.org");
  EXPECT_EQ(compose(parts).head.find("To: bo@example.org"), std::string::npos);
}

TEST_F(LetterTest, OneRecipientsMissingValueIsThatRecipientsError) {
  EXPECT_EQ(write({"", "", ""}).error().code, "unresolved_field");
  EXPECT_TRUE(write({"", "Bo", ""}));
  EXPECT_EQ(compile()->required_columns(), std::vector<std::size_t>{1});
  EXPECT_FALSE(compile()->depends_on_row());
  campaign_.content.headers = {"X-City: {{ city }}"};
  EXPECT_EQ(compile()->required_columns(), (std::vector<std::size_t>{1, 2}));
  campaign_.content.headers = {"X-City: {% if name %}{{ city }}{% endif %}"};
  EXPECT_EQ(compile()->required_columns(), std::vector<std::size_t>{1});
  EXPECT_TRUE(compile()->depends_on_row());
}

TEST_F(LetterTest, AllFaultsAreNamedAtOnce) {
  campaign_.subject = "{{ nick }}";
  campaign_.message = "{{ name";
  campaign_.content.headers = {"Bcc: x@example.org", "X-A: {{ nick }}"};
  campaign_.content.reply_to = "nobody";
  const auto letter = Letter::compile(campaign_, {});
  ASSERT_FALSE(letter);
  std::string parts;
  for (const auto& fault : letter.error()) parts += fault.part + ",";
  EXPECT_EQ(parts, "subject,message,headers,header X-A,Reply-To,");
}

TEST_F(LetterTest, SaysHowToLeaveInHeadersTextAndHtml) {
  const UnsubscribeLink link{
      .url = "https://a.example/u/x", .header = "<https://a.example/u/x>", .one_click = true};
  const auto footer = Footer::make("No more: {{ unsubscribe_url }}", "Acme, 1 Main St").value();
  const auto leaving = [&] {
    return compile()->write({.address = from_, .name = "Ana", .footer = &footer},
                            {.address = to_, .name = "Bo", .values = values_, .unsubscribe = &link}, {});
  };
  auto parts = leaving().value();
  EXPECT_EQ(parts.list_unsubscribe, link.header);
  EXPECT_TRUE(parts.one_click);
  EXPECT_EQ(parts.text, "Dear Bo of here\n\nNo more: https://a.example/u/x\n\nAcme, 1 Main St\n");
  EXPECT_FALSE(compile()->says_unsubscribe_link());

  campaign_.content.format = MessageFormat::html;
  campaign_.message = "<p>Hi</p><a href=\"{{ unsubscribe_url }}\">leave</a> ACME,&nbsp;1  main st</body>";
  parts = leaving().value();
  EXPECT_TRUE(compile()->says_unsubscribe_link());
  EXPECT_EQ(parts.html.find("No more"), std::string::npos);
  EXPECT_NE(parts.html.find("href=\"https://a.example/u/x\""), std::string::npos);
  EXPECT_EQ(parts.text.find("No more"), std::string::npos) << "the text made from it has the link, too";
  EXPECT_NE(parts.text.find("https://a.example/u/x"), std::string::npos);

  campaign_.content.text = "Read it in HTML";
  parts = leaving().value();
  EXPECT_FALSE(compile()->says_unsubscribe_link());
  EXPECT_NE(parts.text.find("No more: https://a.example/u/x"), std::string::npos) << "each part for itself";
  campaign_.content.list_unsubscribe = false;
  EXPECT_EQ(leaving()->list_unsubscribe, "");
}

}  // namespace
}  // namespace postrider

#include "store/nouns_fixture.h"
#include "store/sqlite/database.h"

namespace postrider {
namespace {

class ContentStore : public NounsTest {
 protected:
  static std::vector<Attachment> files() {
    return {{"offer.pdf", "application/pdf", std::string("%PDF\0\xFF\r\n", 8)},
            {"Ä.txt", "text/plain", "hello"}};
  }
  CampaignId add_rich() {
    Campaign draft{.name = "Rich", .subject = "Hello", .message = "<p>Hi</p>", .mailboxes = {add_mailbox()}};
    draft.content = {.format = MessageFormat::html,
                     .text = "Hi",
                     .from_name = "Ana",
                     .reply_to = "Ana <ana@example.com>",
                     .headers = {"X-One: {{ name }}", "X-Two: \"2\"\\"}};
    const auto attached = files();
    const auto id = nouns().create_campaign(draft, &attached).value();
    ListSource source({"email", "name"}, {{"a@example.org", "A"}, {"bad", ""}, {"A@example.org", "A"}});
    nouns().import(id, source, {.email = 0, .name = 1}, 0, {}).value();
    return id;
  }
  void expect_rich(CampaignId id) {
    const auto content = campaign(id).content;
    EXPECT_EQ(content.format, MessageFormat::html);
    EXPECT_EQ(content.text, "Hi");
    EXPECT_EQ(content.from_name, "Ana");
    EXPECT_EQ(content.reply_to, "Ana <ana@example.com>");
    EXPECT_EQ(content.headers, (std::vector<std::string>{"X-One: {{ name }}", "X-Two: \"2\"\\"}));
    ASSERT_EQ(content.attachments.size(), 2u);
    EXPECT_EQ(content.attachments[0].name, "offer.pdf");
    EXPECT_EQ(content.attachments[0].size, 8);
    EXPECT_EQ(content.attachments[1].media_type, "text/plain");
    const auto stored = nouns().attachments(id);
    ASSERT_EQ(stored.size(), 2u);
    EXPECT_EQ(stored[0].bytes, files()[0].bytes);
    EXPECT_EQ(stored[1].name, "Ä.txt");
  }
  std::int64_t rows(const char* table) {
    sqlite::Database db(file("test.db"), sqlite::Database::Mode::reader);
    sqlite::Statement count(db, std::string("SELECT count(*) FROM ") + table);
    count.step();
    return count.integer(0);
  }
};

TEST_F(ContentStore, KindAndUnsubscribeFieldsStayAlsoInACopy) {
  const auto id = add_draft(people(1));
  EXPECT_EQ(campaign(id).content.kind, CampaignKind::personal);
  EXPECT_TRUE(campaign(id).content.list_unsubscribe);
  auto changed = campaign(id);
  changed.content.kind = CampaignKind::newsletter;
  changed.content.list_unsubscribe = false;
  ASSERT_TRUE(nouns().update_campaign(changed));
  for (const auto which : {id, nouns().duplicate(id, "all", "").value()}) {
    EXPECT_EQ(campaign(which).content.kind, CampaignKind::newsletter);
    EXPECT_FALSE(campaign(which).content.list_unsubscribe);
  }
}

TEST_F(ContentStore, IsKeptWithItsCampaignAndByItsCopiesAndBackups) {
  const auto id = add_rich();
  expect_rich(id);
  EXPECT_EQ(campaign(id).bad_rows, 1);
  EXPECT_EQ(campaign(id).duplicate_rows, 1);
  EXPECT_EQ(campaign(id).suppressed_rows, 0);
  const auto copy = nouns().duplicate(id, "all", "Copy").value();
  expect_rich(copy);
  EXPECT_EQ(campaign(copy).bad_rows, 0);
  ASSERT_TRUE(nouns().backup(file("copy.db")));
  open(file("copy.db"));
  expect_rich(id);
  expect_rich(copy);
}

TEST_F(ContentStore, AChangeLeavesTheAttachmentsUnlessItReplacesThem) {
  const auto id = add_rich();
  auto changed = campaign(id);
  changed.subject = "Other";
  ASSERT_TRUE(nouns().update_campaign(changed));
  expect_rich(id);
  EXPECT_EQ(campaign(id).bad_rows, 1);
  const std::vector<Attachment> one = {{"b.bin", "application/octet-stream", ""}}, none;
  ASSERT_TRUE(nouns().update_campaign(changed, &one));
  EXPECT_EQ(campaign(id).content.attachments.size(), 1u);
  ASSERT_TRUE(nouns().update_campaign(changed, &none));
  EXPECT_TRUE(nouns().attachments(id).empty());
}

TEST_F(ContentStore, GoesWithItsCampaign) {
  const auto id = add_rich();
  ASSERT_TRUE(nouns().start(id, clock_.wall_now() + std::chrono::hours{1}, {}, TestMode{"me@example.org"}));
  EXPECT_EQ(rows("test_mode"), 1);
  nouns().stop(id).value();
  ASSERT_TRUE(nouns().delete_campaign(id));
  EXPECT_EQ(rows("campaign_content"), 0);
  EXPECT_EQ(rows("attachment"), 0);
  EXPECT_EQ(rows("test_mode"), 0);
}

class TestModeStore : public NounsTest {
 protected:
  CampaignId start_test(const std::string& tester, int count = 3) {
    const auto id = add_draft(people(count));
    nouns().start(id, std::nullopt, {}, TestMode{tester}).value();
    return id;
  }
};

TEST_F(TestModeStore, StaysOnceSetAndIsNotCopied) {
  const auto id = add_draft(people(3));
  EXPECT_EQ(campaign(id).test, std::nullopt);
  const auto later = clock_.wall_now() + std::chrono::hours{1};
  ASSERT_TRUE(nouns().start(id, later, {}, TestMode{"me@example.org"}));
  EXPECT_EQ(campaign(id).test, TestMode{"me@example.org"});
  ASSERT_TRUE(nouns().start(id, std::nullopt, {}));  // says nothing about it
  EXPECT_EQ(campaign(id).test, TestMode{"me@example.org"});
  EXPECT_EQ(code_of(nouns().start(id, std::nullopt, {}, TestMode{})), "campaign_not_startable");
  EXPECT_EQ(campaign(nouns().duplicate(id, "all", "").value()).test, std::nullopt);
}

TEST_F(TestModeStore, TheGateStaysShutForASuppressedTester) {
  const auto id = start_test("Me@example.org");
  const auto due = claim();
  ASSERT_EQ(due.size(), 3u);
  EXPECT_TRUE(pass(due[0]));
  ASSERT_TRUE(nouns().suppress({.key = "me@example.org", .reason = "unsubscribed"}));
  const auto answer = std::get<GateAnswer>(apply(Intend{crew_, due[1].id, due[1].attempt}));
  EXPECT_EQ(answer.kind, GateAnswer::Kind::suppressed);
  EXPECT_EQ(answer.why, "the tester is suppressed: unsubscribed");
  apply(Record{crew_, due[0].id, due[0].attempt, delivered()});
  for (const auto i : {1, 2}) apply(Release{crew_, due[i].id, due[i].attempt, answer});
  expect_counts(id, {.sent = 1, .skipped = 2});
}

TEST_F(TestModeStore, WhatGoesIntoTheCatchLogUsesUpNoCap) {
  const auto mailbox = add_mailbox();
  auto capped = nouns().mailbox(mailbox).value();
  capped.cap_24h = 10;
  ASSERT_TRUE(nouns().update_mailbox(capped));
  start_test("");
  EXPECT_EQ(end_all(delivered()), 3);
  EXPECT_EQ(nouns().sent_last_24h(mailbox, clock_.wall_now()), 0);
  start_test("me@example.org");
  EXPECT_EQ(end_all(delivered()), 3);
  EXPECT_EQ(nouns().sent_last_24h(mailbox, clock_.wall_now()), 3);
}

TEST_F(TestModeStore, AnEmailWithAMissingValueIsSkippedWhenItsCampaignSaysSo) {
  const auto id = start(people(1));
  const auto due = claim();
  apply(Release{
      crew_, due[0].id, due[0].attempt, {.kind = GateAnswer::Kind::unresolved, .why = "{{city}} is empty"}});
  expect_counts(id, {.skipped = 1});
  EXPECT_EQ(emails(id)[0].reason, "{{city}} is empty");
}

TEST_F(TestModeStore, ASingleMessageTakesASlotOfTheCap) {
  const auto mailbox = add_mailbox();
  EXPECT_TRUE(nouns().take_slot(mailbox));
  EXPECT_EQ(nouns().sent_last_24h(mailbox, clock_.wall_now()), 0);  // no cap: no log
  auto capped = nouns().mailbox(mailbox).value();
  capped.cap_24h = 2;
  ASSERT_TRUE(nouns().update_mailbox(capped));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(nouns().take_slot(mailbox));
    clock_.advance(std::chrono::seconds{1});
  }
  EXPECT_EQ(nouns().sent_last_24h(mailbox, clock_.wall_now()), 2);
  EXPECT_EQ(code_of(nouns().take_slot(mailbox)), "cap_used_up");
  EXPECT_EQ(code_of(nouns().take_slot(MailboxId{99})), "mailbox_not_found");
}

TEST_F(TestModeStore, SuppressedRowsAreFoundUpToALimit) {
  const auto id = add_draft(people(5));
  for (const char* key : {"p2@example.org", "p5@example.org"})
    ASSERT_TRUE(nouns().suppress({.key = key, .reason = "asked"}));
  EXPECT_EQ(nouns().suppressed_rows(id, 5), (std::vector<std::int64_t>{3, 6}));
  EXPECT_EQ(nouns().suppressed_rows(id, 4), (std::vector<std::int64_t>{3}));
  ASSERT_TRUE(nouns().suppress({.key = "@example.org", .reason = "asked"}));
  EXPECT_EQ(nouns().suppressed_rows(id, 4).size(), 4u);
}

}  // namespace
}  // namespace postrider

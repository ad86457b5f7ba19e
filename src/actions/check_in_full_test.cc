#include "actions/check_in_full.h"

#include "actions/action_test.h"
#include "actions/check_message.h"
#include "actions/check_sender.h"
#include "actions/start_campaign.h"

namespace postrider {
namespace {

class CheckInFull : public ActionTest {
 protected:
  static bool says(const std::vector<std::string>& warnings, std::string_view words) {
    return std::ranges::any_of(warnings, [&](const auto& one) { return one.find(words) != one.npos; });
  }
};

constexpr const char* kLinks =
    "Email,Name,Site\nann@example.com,Ann,https://a.org\nbob@example.com,Bob,javascript:alert(1)\n"
    "cyd@example.com,Cyd,\nbad row,,\nANN@example.com,Ann,x\n";

TEST_F(CheckInFull, NamesWhatIsWrongRowByRow) {
  add_office();
  auto settings = letter();
  settings.subject = "Hello";
  settings.format = MessageFormat::html;
  settings.message = "<p>{% if name %}<a href=\"{{ site }}\">yours</a>{% endif %} unsubscribe</p>";
  const auto id = create(kLinks, settings)->id;
  const auto check = check_in_full(context_, id);
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->checked, 3);
  ASSERT_EQ(check->by_row.size(), 2u);
  EXPECT_EQ(check->by_row[0].code, "unsafe_url");
  EXPECT_EQ(check->by_row[0].rows, std::vector<std::int64_t>{3});
  EXPECT_EQ(check->by_row[1].code, "unresolved_field");
  EXPECT_EQ(check->problems.size(), 2u);
  EXPECT_TRUE(says(check->warnings, "2 row(s) of people.csv were left out: 1 bad, 1 duplicate"));

  // The same keeps it from being sent, and skipping heals only what is missing.
  const auto start = start_campaign(context_, id, {.skip_unresolved = true});
  ASSERT_EQ(start->problems.size(), 1u);
  EXPECT_EQ(start->problems[0].code, "unsafe_url");
  EXPECT_NE(start->problems[0].message.find("(row 3)"), std::string::npos);
}

TEST_F(CheckInFull, SaysWhatIsWorthALook) {
  add_office();
  auto settings = letter();
  settings.message = "See http://example.com/x\n";
  settings.attachments = {make_attachment("big.bin", std::string(9 << 20, 'x')).value()};
  settings.pace = Pace{std::chrono::hours{20}, std::chrono::hours{20}};
  const auto id = create(kThreePeople, settings)->id;
  ASSERT_TRUE(store().suppress({.key = "cy@example.com", .reason = "asked"}));
  const auto check = check_in_full(context_, id);
  ASSERT_TRUE(check->problems.empty());
  EXPECT_TRUE(says(check->warnings, "is a placeholder"));
  EXPECT_TRUE(says(check->warnings, "how to unsubscribe"));
  EXPECT_TRUE(says(check->warnings, "1 recipient(s) are suppressed by now and will be skipped: row 4"));
  EXPECT_TRUE(says(check->warnings, "12.3 MB"));
  EXPECT_TRUE(says(check->warnings, "size limit of mailbox office is not known yet"));
  EXPECT_TRUE(says(check->warnings, "make it end on 2026-11-25"));
  EXPECT_GT(check->largest, std::size_t{9} << 20);
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::draft);
}

TEST_F(CheckInFull, ATestGoesNowhereNearTheList) {
  add_office();
  const auto id = create(kThreePeople)->id;
  EXPECT_EQ(start_campaign(context_, id, {.test_to = "nonsense"}).error().code, "bad_tester");
  EXPECT_EQ(start_campaign(context_, id, {.test_to = "Bo@example.com"}).error().code, "tester_in_list");
  ASSERT_TRUE(store().suppress({.key = "me@example.net", .reason = "asked"}));
  EXPECT_EQ(start_campaign(context_, id, {.test_to = "me@example.net"})->problems.at(0).code, "suppressed");
  EXPECT_EQ(store().campaign(id)->test, std::nullopt);
  const auto answer = start_campaign(context_, id, {.test_to = "me@example.org"});
  ASSERT_TRUE(answer->started());
  EXPECT_TRUE(says(answer->warnings, "every email goes to me@example.org only"));
  EXPECT_EQ(store().campaign(id)->test, TestMode{"me@example.org"});
}

TEST(CheckMessage, FindsLinksThatLeadNowhere) {
  const struct {
    const char* link;
    const char* fault;  // empty: none
  } rows[] = {{"https://postrider.org/a?b=c", ""},
              {"https://192.0.2.1/", ""},
              {"mailto:ana@postrider.org?subject=x", ""},
              {"tel:+441234", ""},
              {"www.postrider.org", "does not begin with https://"},
              {"/about", "does not begin with https://"},
              {"#", "leads nowhere"},
              {"", "leads nowhere"},
              {"https:postrider.org", "\"//\" is missing"},
              {"https://postrider", "no domain name"},
              {"https://post rider.org", "blanks"},
              {"https://postrider.org:8o/", "port"},
              {"https://www.example.com/", "placeholder"},
              {"http://localhost:8000/", "placeholder"},
              {"mailto:ana@", "is no address"}};
  for (const auto& row : rows) {
    MessageParts parts;
    parts.subject = "Hi";
    parts.text = "unsubscribe";
    parts.html = std::string("<p><A class=x HREF = \"") + row.link + "\">here</a><img src='x' alt></p>";
    const auto warnings = check_message(parts);
    if (*row.fault == '\0') {
      EXPECT_TRUE(warnings.empty()) << row.link << ": " << warnings[0];
    } else {
      ASSERT_EQ(warnings.size(), 1u) << row.link;
      EXPECT_NE(warnings[0].find(row.fault), std::string::npos) << warnings[0];
    }
  }
}

TEST(CheckMessage, CountsImagesWithoutWordsAndHearsShouting) {
  MessageParts parts;
  parts.subject = "BUY NOW WHILE YOU CAN";
  parts.text = "to unsubscribe, answer";
  parts.html = "<img src=a><img src=b alt=\"\"><image><img alt='A > b' src=c>";
  const auto warnings = check_message(parts);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].substr(0, 18), "1 of 3 image has n");
  EXPECT_NE(warnings[1].find("capitals"), std::string::npos);
}

TEST(CheckSender, WarnsOfAFromThatIsNotItsServers) {
  const auto warned = [](const char* from, const char* user, const char* host) {
    Mailbox mailbox;
    mailbox.name = "m";
    mailbox.from = from;
    mailbox.user = user;
    mailbox.host = host;
    return check_sender(mailbox).size();
  };
  EXPECT_EQ(warned("a@postrider.org", "a@postrider.org", "smtp.gmail.com"), 0u);
  EXPECT_EQ(warned("a@mail.postrider.org", "a@postrider.org", "mx.postrider.org"), 0u);
  EXPECT_EQ(warned("a@postrider.org", "apikey", "smtp.sendgrid.net"), 0u);
  EXPECT_EQ(warned("a@postrider.org", "a@other.org", "smtp.gmail.com"), 1u);
  EXPECT_EQ(warned("a@gmail.com", "a@gmail.com", "smtp.gmail.com"), 0u);
  EXPECT_EQ(warned("a@gmail.com", "a@gmail.com", "mx.postrider.org"), 1u);
  EXPECT_EQ(warned("a@hotmail.com", "a@hotmail.com", "smtp-mail.outlook.com"), 0u);
  EXPECT_EQ(warned("a@gmail.com", "a@postrider.org", "mx.postrider.org"), 2u);
}

}  // namespace
}  // namespace postrider

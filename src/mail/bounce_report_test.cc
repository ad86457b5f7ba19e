#include "mail/bounce_report.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "base/text.h"
#include "mail/report_fields.h"

namespace postrider {
namespace {

using enum ReportKind;

constexpr const char* kOurs = "<k5fq7xg2m3vq4zt6ra2bwc5yhd@sender.example>";
constexpr const char* kWho = "person2@example.org";
constexpr const char* kNobody = "";

std::filesystem::path samples() {
  return std::filesystem::path(POSTRIDER_SAMPLES) / "bounces";
}

std::string sample(const std::string& name) {
  std::ifstream in(samples() / (name + ".eml"), std::ios::binary);
  EXPECT_TRUE(in) << name;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Row {
  const char* name;
  ReportKind kind;
  const char* status;
  int code;
  const char* recipient;
  const char* message_id;
};

constexpr Row kRows[] = {
    {"arf_abuse", complaint, "", 0, kWho, kOurs},
    {"arf_auth_failure", other, "", 0, kWho, kOurs},
    {"arf_not_spam", other, "", 0, kWho, kOurs},
    {"arf_opt_out", complaint, "", 0, kWho, kOurs},
    {"arf_redacted", complaint, "", 0, kNobody, kOurs},
    {"base64_status", failed, "5.1.1", 550, kWho, kOurs},
    {"cut_short", failed, "5.1.1", 550, kWho, ""},
    {"delivered", other, "2.0.0", 0, kWho, kOurs},
    {"eight_bit", failed, "5.1.1", 550, kWho, kOurs},
    {"exchange_full", failed, "5.2.2", 554, kWho, kOurs},
    {"exchange_not_found", failed, "5.1.10", 550, kWho, kOurs},
    {"exchange_refused", failed, "5.7.133", 550, kWho, kOurs},
    {"exim_plain", failed, "5.1.1", 550, kWho, kOurs},
    {"exim_plain_delayed", delayed, "4.3.0", 451, kWho, ""},
    {"exim_unknown_user", failed, "5.1.1", 550, kWho, kOurs},
    {"forged_id", failed, "5.1.1", 550, kWho, "<aaaaaaaaaaaaaaaaaaaaaaaaaa@sender.example>"},
    {"forwarded_by_a_person", none, "", 0, kNobody, ""},
    {"forwarded_elsewhere", failed, "5.1.1", 550, "someone@elsewhere.example", kOurs},
    {"gmail_delayed", delayed, "4.4.1", 421, kWho, kOurs},
    {"gmail_no_such_user", failed, "5.1.1", 550, kWho, kOurs},
    {"gmail_over_quota", failed, "4.2.2", 452, kWho, kOurs},
    {"gmail_policy", failed, "5.7.1", 550, kWho, kOurs},
    {"international", failed, "5.1.1", 550, "jürgen@example.org", kOurs},
    {"no_original", failed, "5.1.1", 550, kWho, ""},
    {"out_of_office", auto_reply, "", 0, kNobody, ""},
    {"out_of_office_old", auto_reply, "", 0, kNobody, ""},
    {"postfix_delayed", delayed, "4.4.1", 0, kWho, kOurs},
    {"postfix_expired", failed, "4.4.1", 0, kWho, kOurs},
    {"postfix_over_quota", failed, "5.2.2", 552, kWho, kOurs},
    {"postfix_unknown_user", failed, "5.1.1", 550, kWho, kOurs},
    {"qmail_no_mailbox", failed, "5.1.1", 0, kWho, kOurs},
    {"qmail_remote", failed, "5.2.2", 552, kWho, kOurs},
    {"quoted_printable_status", failed, "5.1.1", 550, kWho, kOurs},
    {"real_reply", none, "", 0, kNobody, ""},
    {"relayed", other, "2.1.5", 0, kWho, kOurs},
    {"sendmail_unknown_user", failed, "5.1.1", 550, kWho, kOurs},
    {"ses_headers_only", failed, "5.1.1", 550, kWho, kOurs},
    {"two_recipients", failed, "5.1.1", 550, kWho, kOurs},
    {"vacation_quoting_a_bounce", auto_reply, "", 0, kNobody, ""},
    {"within_a_list_footer", failed, "5.1.1", 550, kWho, kOurs},
    {"yahoo_no_account", failed, "5.0.0", 554, kWho, kOurs},
};

TEST(BounceReport, EverySampleIsReadAsTheTableSays) {
  for (const auto& row : kRows) {
    const auto report = read_bounce_report(sample(row.name));
    EXPECT_EQ(to_string(report.kind), to_string(row.kind)) << row.name;
    EXPECT_EQ(report.status, row.status) << row.name;
    EXPECT_EQ(report.code, row.code) << row.name;
    EXPECT_EQ(report.recipient, row.recipient) << row.name;
    EXPECT_EQ(report.message_id, row.message_id) << row.name;
  }
  std::set<std::string> named;
  for (const auto& row : kRows) named.insert(std::string(row.name) + ".eml");
  for (const auto& entry : std::filesystem::directory_iterator(samples()))
    EXPECT_TRUE(named.contains(entry.path().filename().string())) << entry.path() << " is in no row";
}

TEST(BounceReport, LineEndsDoNotMatter) {
  for (const auto& row : kRows) {
    std::string crlf;
    for (const char c : sample(row.name)) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const auto lf = read_bounce_report(sample(row.name)), report = read_bounce_report(crlf);
    EXPECT_EQ(report.kind, lf.kind) << row.name;
    EXPECT_EQ(report.diagnostic, lf.diagnostic) << row.name;
    EXPECT_EQ(report.message_id, lf.message_id) << row.name;
  }
}

TEST(BounceReport, TellsTheAddressThatWasWrittenToApart) {
  EXPECT_EQ(read_bounce_report(sample("forwarded_elsewhere")).original_recipient, kWho);
  const auto redacted = read_bounce_report(sample("arf_redacted"));
  EXPECT_EQ(redacted.to, "redacted@provider.example");
  EXPECT_EQ(redacted.list_unsubscribe, "<https://mail.sender.example/u/AQtoken>");
  EXPECT_EQ(read_bounce_report(sample("eight_bit")).diagnostic, "550 5.1.1 Empfänger unbekannt: Größe 0");
}

TEST(BounceReport, WhatIsTooLargeOrTooNestedIsNone) {
  std::string nested = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n";
  for (int i = 0; i < 5'000; ++i) nested += "--b\nContent-Type: multipart/mixed; boundary=b\n\n";
  EXPECT_EQ(read_bounce_report(nested).kind, none);
  EXPECT_EQ(read_bounce_report(std::string(kLargestReport + 1, 'a')).kind, none);
  EXPECT_EQ(read_bounce_report("").kind, none);
}

/// Whatever arrives: one printable line each, within its bounds.
void check(const BounceReport& report) {
  for (const auto& text : {report.status, report.diagnostic, report.recipient, report.original_recipient,
                           report.message_id, report.list_unsubscribe, report.to}) {
    RC_ASSERT(text.size() <= 1'004 && is_valid_utf8(text));
    for (const char c : text) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  }
  RC_ASSERT(report.code == 0 || (report.code >= 400 && report.code < 600));
}

RC_GTEST_PROP(BounceReport, AnyDamageIsBorne, ()) {
  auto mail = sample(kRows[*rc::gen::inRange<std::size_t>(0, std::size(kRows))].name);
  for (int i = *rc::gen::inRange(1, 20); i > 0; --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, mail.size());
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        mail[at] = static_cast<char>(*rc::gen::inRange(0, 256));
        break;
      case 1:
        mail.erase(at, *rc::gen::inRange<std::size_t>(1, 50));
        break;
      case 2:
        mail.insert(at, mail.substr(*rc::gen::inRange<std::size_t>(0, mail.size()), 40));
        break;
    }
    if (mail.empty()) return;
  }
  check(read_bounce_report(mail));
}

TEST(ReportFields, CodesStandAsWordsOfTheirOwn) {
  const std::pair<const char*, const char*> enhanced[] = {
      {"550 5.1.1 no", "5.1.1"}, {"(#5.1.1)", "5.1.1"},  {"from 192.5.1.1 port", ""},
      {"5.1.1.4 is an IP", ""},  {"version 15.1.1", ""}, {"550-5.7.26 x", "5.7.26"},
      {"4.2.2", "4.2.2"},        {"2.0.0 fine", ""},     {"5.1", ""},
      {"5.1.1234", ""}};
  for (const auto& [text, code] : enhanced) EXPECT_EQ(enhanced_in(text), code) << text;
  const std::pair<const char*, int> plain[] = {{"550 5.1.1 x", 550}, {"said: 452-4.2.2", 452},
                                               {"port 2550 x", 0},   {"x 599 y", 0},
                                               {"#550", 550},        {"550", 550},
                                               {"5500", 0},          {"250 OK", 0}};
  for (const auto& [text, code] : plain) EXPECT_EQ(smtp_code_in(text), code) << text;
}

}  // namespace
}  // namespace postrider

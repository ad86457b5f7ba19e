#include "campaign/mailbox_preset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "campaign/mailbox.h"
#include "campaign/quota_clock.h"

namespace postrider {
namespace {

using testing::HasSubstr;

TEST(MailboxPreset, KnowsEachProvider) {
  const struct {
    const char* name;
    const char* host;
    int port;
    Tls tls;
    int sessions, per_minute, cap_24h;
    const char* wants;
  } rows[] = {
      {"gmail", "smtp.gmail.com", 587, Tls::starttls, 3, 20, 400, "app password"},
      {"workspace", "smtp.gmail.com", 587, Tls::starttls, 3, 30, 1500, "app password"},
      {"m365", "smtp.office365.com", 587, Tls::starttls, 3, 30, 1000, "SMTP AUTH"},
      {"outlook", "smtp-mail.outlook.com", 587, Tls::starttls, 1, 10, 50, "OAuth"},
      {"zoho", "smtp.zoho.com", 465, Tls::implicit, 2, 20, 50, "application-specific password"},
      {"fastmail", "smtp.fastmail.com", 465, Tls::implicit, 3, 20, 50, "app password"},
      {"ses", "email-smtp.{region}.amazonaws.com", 587, Tls::starttls, 5, 50, 180, "SMTP credentials"},
      {"custom", "", 587, Tls::starttls, 5, 0, 50, "--smtp-host"},
  };
  ASSERT_EQ(mailbox_presets().size(), std::size(rows));
  for (std::size_t n = 0; n < std::size(rows); ++n) {
    const auto& row = rows[n];
    const auto preset = find_mailbox_preset(row.name);
    ASSERT_TRUE(preset) << row.name;
    EXPECT_EQ(mailbox_presets()[n].name, row.name);
    EXPECT_EQ(preset->host, row.host) << row.name;
    EXPECT_EQ(preset->port, row.port) << row.name;
    EXPECT_EQ(preset->tls, row.tls) << row.name;
    EXPECT_EQ(preset->sessions, row.sessions) << row.name;
    EXPECT_EQ(preset->per_minute, row.per_minute) << row.name;
    EXPECT_EQ(preset->cap_24h, row.cap_24h) << row.name;
    EXPECT_THAT(std::string(preset->wants), HasSubstr(row.wants)) << row.name;
    EXPECT_FALSE(preset->login_help.empty()) << row.name;
    EXPECT_TRUE(validate_quota_clock(preset->quota_clock)) << row.name;
  }
}

TEST(MailboxPreset, MakesAMailboxThatIsValid) {
  for (const auto& preset : mailbox_presets()) {
    if (preset.name == "custom") continue;
    const bool regional = preset.host.find('{') != preset.host.npos;
    Mailbox mailbox{.name = "main", .from = "ana@example.com", .port = preset.port, .tls = preset.tls};
    mailbox.host = host_of(preset, regional ? "eu-west-1" : "").value();
    mailbox.sessions = preset.sessions;
    mailbox.per_minute = preset.per_minute;
    mailbox.cap_24h = preset.cap_24h;
    EXPECT_TRUE(validate(mailbox)) << preset.name;
    EXPECT_NE(preset_of_host(mailbox.host), nullptr) << preset.name;
  }
}

TEST(MailboxPreset, NeedsARegionWhereTheProviderHasThem) {
  const auto ses = find_mailbox_preset("ses").value();
  EXPECT_EQ(host_of(ses, "us-east-1"), "email-smtp.us-east-1.amazonaws.com");
  for (const char* region : {"", "EU", "eu west", "evil.example/"}) {
    EXPECT_FALSE(host_of(ses, region)) << region;
  }
  EXPECT_FALSE(host_of(find_mailbox_preset("gmail").value(), "us-east-1"));
}

TEST(MailboxPreset, KnowsTheTokenServersOfGoogleAndMicrosoft) {
  const auto uri = [](const char* preset, const char* tenant) {
    return token_uri_of(find_mailbox_preset(preset).value(), tenant).value_or("-");
  };
  EXPECT_EQ(uri("gmail", ""), "https://oauth2.googleapis.com/token");
  EXPECT_EQ(uri("workspace", "example.com"), "-");
  EXPECT_EQ(uri("m365", ""), "https://login.microsoftonline.com/common/oauth2/v2.0/token");
  EXPECT_EQ(uri("m365", "example.com"), "https://login.microsoftonline.com/example.com/oauth2/v2.0/token");
  EXPECT_EQ(uri("outlook", "../evil"), "-");
  EXPECT_EQ(uri("custom", ""), "-");
  EXPECT_THAT(std::string(find_mailbox_preset("outlook")->scope), HasSubstr("SMTP.Send"));
}

TEST(MailboxPreset, IsFoundByItsHost) {
  const std::pair<const char*, const char*> rows[] = {
      {"SMTP.gmail.com", "gmail"},       {"smtp.office365.com", "m365"},
      {"smtp.zoho.eu", "zoho"},          {"smtppro.zoho.com", "zoho"},
      {"smtp.fastmail.com", "fastmail"}, {"email-smtp.ap-south-1.amazonaws.com", "ses"},
  };
  for (const auto& [host, name] : rows) {
    const auto* preset = preset_of_host(host);
    ASSERT_NE(preset, nullptr) << host;
    EXPECT_EQ(preset->name, name);
  }
  EXPECT_EQ(preset_of_host("smtp.example.com"), nullptr);
  EXPECT_EQ(preset_of_host(""), nullptr);
}

TEST(MailboxPreset, ThatIsUnknownListsTheKnown) {
  const auto preset = find_mailbox_preset("aol");
  ASSERT_FALSE(preset);
  EXPECT_THAT(preset.error().message, HasSubstr("gmail, workspace, m365"));
}

}  // namespace
}  // namespace postrider

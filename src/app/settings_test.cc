#include "app/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "app/database_url.h"
#include "app/settings_table.h"

namespace postrider {
namespace {

std::string committed(const std::string& name) {
  std::ifstream in(std::string(POSTRIDER_SOURCE_DIRECTORY) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Settings read(const Environment& environment, const Environment& file = {}) {
  const auto read = read_settings(environment, file);
  EXPECT_TRUE(read) << (read ? "" : read.error().message);
  return read ? read->settings : Settings{};
}

TEST(SettingsTable, TheCommittedEnvExampleIsWhatTheProgramPrints) {
  EXPECT_EQ(committed(".env.example"), env_example())
      << "run: postrider settings --env-example > .env.example";
}

TEST(SettingsTable, TheCommittedPageIsWhatTheProgramPrints) {
  EXPECT_EQ(committed("docs/settings.md"), settings_markdown())
      << "run: postrider settings --markdown > docs/settings.md";
}

TEST(SettingsTable, EveryNameOfTheReplacedSystemIsInIt) {
  for (const char* name : {"DATABASE_URL",
                           "ENVIRONMENT",
                           "DB_POOL_SIZE",
                           "DB_MAX_OVERFLOW",
                           "CORS_ORIGINS",
                           "PORT",
                           "API_PORT",
                           "API_RELOAD",
                           "GOOGLE_CREDENTIALS_FILE",
                           "GOOGLE_CREDENTIALS_JSON",
                           "SMTP_HOST",
                           "SMTP_PORT",
                           "SMTP_USERNAME",
                           "SMTP_PASSWORD",
                           "SMTP_USE_TLS",
                           "SMTP_USE_SSL",
                           "DEFAULT_FROM_EMAIL",
                           "DEFAULT_FROM_NAME",
                           "MOCK_EMAIL_SENDING",
                           "PROJECT_ID",
                           "QUEUE_LOCATION",
                           "QUEUE_NAME",
                           "CLOUD_RUN_SERVICE_URL",
                           "REACT_APP_API_URL",
                           "HOST",
                           "RELOAD",
                           "EMAIL_RATE_LIMIT",
                           "EMAIL_RETRY_ATTEMPTS",
                           "EMAIL_RETRY_DELAY_SECONDS",
                           "API_HOST",
                           "DEBUG",
                           "GOOGLE_SHEETS_SCOPES",
                           "SECRET_KEY",
                           "JWT_ALGORITHM",
                           "JWT_EXPIRE_MINUTES",
                           "API_RATE_LIMIT",
                           "LOG_LEVEL",
                           "LOG_FORMAT",
                           "LOG_FILE",
                           "MAX_RECIPIENTS_PER_CAMPAIGN",
                           "CAMPAIGN_TIMEOUT_MINUTES",
                           "ENABLE_DOCS",
                           "ENABLE_TEST_ENDPOINTS",
                           "ENABLE_REQUEST_LOGGING",
                           "ENABLE_PERFORMANCE_MONITORING",
                           "MONITORING_API_KEY",
                           "REDIS_URL",
                           "CACHE_TTL",
                           "SENTRY_DSN",
                           "BACKUP_ENABLED",
                           "BACKUP_INTERVAL_HOURS"}) {
    EXPECT_NE(find_setting(name), nullptr) << name;
  }
}

TEST(SettingsTable, EveryNameStandsOnceAndEveryRowSaysSomething) {
  std::set<std::string_view> names;
  for (const auto& row : settings_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.about.empty()) << row.name;
    EXPECT_EQ(row.about.back(), '.') << row.name;
  }
}

TEST(Settings, NothingSetMeansTheDefaultsOfTheTable) {
  const auto settings = read({});
  EXPECT_EQ(settings.database_url, "sqlite:///./data/postrider.db");
  EXPECT_EQ(settings.listen(), "127.0.0.1:8000");
  EXPECT_EQ(settings.log_level, LogLevel::info);
  EXPECT_FALSE(settings.mailbox);
  EXPECT_FALSE(settings.mock);
  EXPECT_EQ(settings.recipient_limit, 0);
}

struct ListenRow {
  Environment environment;
  const char* listen;
};

TEST(Settings, ThePublicUrlIsCheckedAndKeptInOneSpelling) {
  EXPECT_EQ(read({{"PUBLIC_URL", "https://Mail.Example.org/"}}).public_url, "https://mail.example.org");
  EXPECT_EQ(read({}).public_url, "");
  const auto wrong = read_settings({{"PUBLIC_URL", "http://mail.example.org"}}, {});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("PUBLIC_URL must be like https://"), std::string::npos)
      << wrong.error().message;
}

TEST(Settings, OnlyPortOpensTheServerToOtherMachines) {
  for (const auto& row :
       {ListenRow{{{"PORT", "8080"}}, "0.0.0.0:8080"}, ListenRow{{{"API_PORT", "9000"}}, "127.0.0.1:9000"},
        ListenRow{{{"PORT", "8080"}, {"API_PORT", "9000"}}, "0.0.0.0:8080"},
        ListenRow{{{"PORT", "8080"}, {"HOST", "127.0.0.1"}}, "127.0.0.1:8080"},
        ListenRow{{{"HOST", "::1"}}, "[::1]:8000"}, ListenRow{{{"PORT", ""}}, "127.0.0.1:8000"}}) {
    EXPECT_EQ(read(row.environment).listen(), row.listen);
  }
}

TEST(Settings, TheEnvironmentGoesBeforeTheFile) {
  EXPECT_EQ(read({{"API_PORT", "1"}}, {{"API_PORT", "2"}}).api_port, 1);
  EXPECT_EQ(read({{"API_PORT", ""}}, {{"API_PORT", "2"}}).api_port, 2);
}

TEST(Settings, SmtpNamesMakeTheMailboxDefault) {
  const auto settings = read({{"SMTP_HOST", "smtp.example.com"},
                              {"SMTP_USERNAME", "ana@example.com"},
                              {"SMTP_PASSWORD", "secret"},
                              {"DEFAULT_FROM_NAME", "Ana"},
                              {"EMAIL_RATE_LIMIT", "20"}});
  ASSERT_TRUE(settings.mailbox);
  const auto& mailbox = settings.mailbox->mailbox;
  EXPECT_EQ(mailbox.name, "default");
  EXPECT_EQ(mailbox.host, "smtp.example.com");
  EXPECT_EQ(mailbox.port, 587);
  EXPECT_EQ(mailbox.tls, Tls::starttls);
  EXPECT_EQ(mailbox.from, "ana@example.com");
  EXPECT_EQ(mailbox.from_name, "Ana");
  EXPECT_EQ(mailbox.per_minute, 20);
  EXPECT_TRUE(mailbox.from_environment);
  EXPECT_EQ(settings.mailbox->password, "secret");
}

struct TlsRow {
  Environment more;
  Tls tls;
  int port;
};

TEST(Settings, TlsIsChosenByTwoNames) {
  for (const auto& row : {TlsRow{{}, Tls::starttls, 587}, TlsRow{{{"SMTP_USE_TLS", "false"}}, Tls::none, 587},
                          TlsRow{{{"SMTP_USE_SSL", "true"}}, Tls::implicit, 465},
                          TlsRow{{{"SMTP_USE_SSL", "True"}, {"SMTP_PORT", "4650"}}, Tls::implicit, 4650}}) {
    Environment environment{{"SMTP_HOST", "localhost"}, {"DEFAULT_FROM_EMAIL", "ana@example.com"}};
    environment.insert(row.more.begin(), row.more.end());
    const auto settings = read(environment);
    ASSERT_TRUE(settings.mailbox);
    EXPECT_EQ(settings.mailbox->mailbox.tls, row.tls);
    EXPECT_EQ(settings.mailbox->mailbox.port, row.port);
  }
}

TEST(Settings, MockModeNeedsNoServer) {
  const auto settings = read({{"MOCK_EMAIL_SENDING", "true"}, {"DEFAULT_FROM_EMAIL", "ana@example.com"}});
  EXPECT_TRUE(settings.mock);
  ASSERT_TRUE(settings.mailbox);
  EXPECT_TRUE(settings.mailbox->mailbox.mock);
}

TEST(Settings, AllThatIsWrongIsSaidAtOnce) {
  const auto wrong = read_settings({{"PORT", "99999"},
                                    {"LOG_LEVEL", "loud"},
                                    {"SECRET_KEY", "short"},
                                    {"MOCK_EMAIL_SENDING", "perhaps"},
                                    {"SMTP_HOST", "smtp.example.com"}},
                                   {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, Error::Kind::invalid);
  for (const char* name : {"PORT", "LOG_LEVEL", "SECRET_KEY", "MOCK_EMAIL_SENDING", "DEFAULT_FROM_EMAIL"}) {
    EXPECT_NE(wrong.error().message.find(name), std::string::npos) << wrong.error().message;
  }
}

TEST(Settings, TheApisRulesAreReadAndWhatIsWrongWithThemIsSaid) {
  const auto standard = read({});
  EXPECT_EQ(standard.api.requests_per_minute, 0);
  EXPECT_TRUE(standard.api.documents);
  EXPECT_EQ(standard.session_life, kSessionLife);
  const auto set = read({{"CORS_ORIGINS", "https://app.example.org"},
                         {"TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"},
                         {"API_RATE_LIMIT", "60"},
                         {"ENABLE_DOCS", "false"},
                         {"JWT_EXPIRE_MINUTES", "30"}});
  EXPECT_TRUE(set.api.origins.lists("https://app.example.org"));
  EXPECT_EQ(set.api.requests_per_minute, 60);
  EXPECT_FALSE(set.api.documents);
  EXPECT_EQ(set.session_life, std::chrono::minutes{30});
  const auto wrong = read_settings({{"CORS_ORIGINS", "app.example.org"},
                                    {"TRUSTED_PROXIES", "proxy"},
                                    {"API_RATE_LIMIT", "-1"},
                                    {"JWT_EXPIRE_MINUTES", "1"}},
                                   {});
  ASSERT_FALSE(wrong);
  for (const char* name : {"CORS_ORIGINS", "TRUSTED_PROXIES", "API_RATE_LIMIT", "JWT_EXPIRE_MINUTES"}) {
    EXPECT_NE(wrong.error().message.find(name), std::string::npos) << wrong.error().message;
  }
}

TEST(Settings, AlertsArePostedWithASecretOnly) {
  const auto settings = read({{"ALERT_URL", "http://127.0.0.1:9/a"},
                              {"ALERT_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                              {"POSTRIDER_ALLOW_PRIVATE_TARGETS", "127.0.0.1"}});
  EXPECT_EQ(settings.alert_url, "http://127.0.0.1:9/a");
  EXPECT_EQ(settings.alert_key.size(), 24u);
  EXPECT_TRUE(settings.targets.allows(*IpAddress::parse("127.0.0.1")));
  EXPECT_FALSE(settings.targets.allows(*IpAddress::parse("127.0.0.2")));
  EXPECT_FALSE(read({}).targets.allows(*IpAddress::parse("127.0.0.1")));
  const auto wrong = read_settings({{"ALERT_URL", "https://hooks.example.org/"}}, {});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.contains("ALERT_SECRET is needed")) << wrong.error().message;
}

TEST(Settings, LinksBeginWhereEverybodyReachesTheServer) {
  EXPECT_EQ(link_base(read({}), "127.0.0.1:8000"), "http://127.0.0.1:8000");
  EXPECT_EQ(link_base(read({{"PUBLIC_URL", "https://mail.example.org/"}}), "127.0.0.1:8000"),
            "https://mail.example.org");
}

TEST(Settings, NamesWithoutEffectAreWarnedAboutOnce) {
  const auto read =
      read_settings({{"REDIS_URL", "redis://x"}, {"SENTRY_DSN", "q"}},
                    {{"REDIS_URL", "redis://y"}, {"BACKUP_ENABLED", "true"}, {"SMPT_HOST", "typo"}});
  ASSERT_TRUE(read);
  std::multiset<std::string> names;
  for (const auto& warning : read->warnings) names.insert(warning.name);
  EXPECT_EQ(names, (std::multiset<std::string>{"BACKUP_ENABLED", "REDIS_URL", "SENTRY_DSN", "SMPT_HOST"}));
}

TEST(DatabaseUrl, NamesAFile) {
  EXPECT_EQ(*database_file("sqlite:///./data/x.db", "/srv"), "/srv/data/x.db");
  EXPECT_EQ(*database_file("sqlite:///x.db", "/srv"), "/srv/x.db");
  EXPECT_EQ(*database_file("sqlite:////var/x.db", "/srv"), "/var/x.db");
}

TEST(DatabaseUrl, AnythingElseIsRefused) {
  for (const char* url : {"", "x.db", "sqlite://x.db", "sqlite:///", "sqlite:///data/",
                          "sqlite:///:memory:", "sqlite:///x.db?mode=ro", "mysql://h/x"}) {
    const auto file = database_file(url, "/srv");
    ASSERT_FALSE(file) << url;
    EXPECT_EQ(file.error().code, "bad_database_url") << url;
  }
  EXPECT_EQ(database_file("postgresql://u:secret@h/x", "/srv").error().code, "database_not_supported");
}

TEST(DatabaseUrl, AnErrorNeverShowsThePasswordInIt) {
  EXPECT_EQ(database_file("mysql://u:secret@h/x", "/srv").error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace postrider

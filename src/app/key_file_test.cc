#include "app/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/installation.h"

namespace postrider {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  KeyFileTest() {
    std::string name = testing::TempDir() + "key-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    database_ = (directory_ / "postrider.db").string();
  }
  ~KeyFileTest() override { std::filesystem::remove_all(directory_); }

  Result<std::unique_ptr<Installation>> open(const std::string& secret_key = {}) {
    Settings settings;
    settings.secret_key = secret_key;
    return open_installation(database_, settings, "testing", clock_, Micros{0});
  }
  std::string key_file() const { return key_file_beside(database_); }

  std::filesystem::path directory_;
  std::string database_;
  SystemClock clock_;
};

TEST_F(KeyFileTest, TheFirstStartMakesAKeyFileForItsOwnerAlone) {
  std::string fingerprint;
  {
    const auto opened = open();
    ASSERT_TRUE(opened) << opened.error().message;
    fingerprint = (*opened)->secrets.fingerprint();
    EXPECT_EQ((*opened)->store->campaigns().meta("key_fingerprint"), fingerprint);
  }
  struct stat about{};
  ASSERT_EQ(::stat(key_file().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  const auto again = open();
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->secrets.fingerprint(), fingerprint);
}

TEST_F(KeyFileTest, SecretKeyIsUsedInsteadAndNoFileIsMade) {
  ASSERT_TRUE(open("a secret of sufficient length"));
  EXPECT_FALSE(std::filesystem::exists(key_file()));
}

TEST_F(KeyFileTest, AnotherKeyRefusesToStart) {
  ASSERT_TRUE(open("a secret of sufficient length"));
  for (const char* key : {"quite another secret here", ""}) {
    const auto opened = open(key);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, *key == '\0' ? "key_missing" : "key_wrong");
  }
  EXPECT_FALSE(std::filesystem::exists(key_file())) << "a known database never gets a new key";
}

TEST_F(KeyFileTest, AKeyFileThatOthersCanReadIsRefused) {
  ASSERT_TRUE(open());
  ::chmod(key_file().c_str(), 0644);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "key_file_open_to_others");
}

TEST_F(KeyFileTest, ADatabaseInUseNamesItsOwner) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "database_in_use");
  EXPECT_NE(second.error().message.find("testing"), std::string::npos) << second.error().message;
}

TEST_F(KeyFileTest, TheEnvironmentsMailboxIsMadeChangedAndSetFree) {
  const auto opened = open();
  ASSERT_TRUE(opened);
  auto& store = (*opened)->store->campaigns();
  const auto& secrets = (*opened)->secrets;
  const auto read = read_settings(
      {{"SMTP_HOST", "smtp.example.com"}, {"SMTP_USERNAME", "ana@example.com"}, {"SMTP_PASSWORD", "one"}},
      {});
  ASSERT_TRUE(read);
  auto settings = read->settings;
  ASSERT_TRUE(adopt_environment(store, settings, secrets, clock_));
  const auto first = store.find_mailbox("default");
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->from_environment);
  EXPECT_FALSE(first->mock);
  EXPECT_EQ(*secrets.open(first->password_sealed), "one");

  settings.mailbox->password = "two";
  settings.mock = true;
  ASSERT_TRUE(adopt_environment(store, settings, secrets, clock_));
  const auto second = store.find_mailbox("default");
  EXPECT_EQ(second->id, first->id);
  EXPECT_TRUE(second->mock);
  EXPECT_EQ(*secrets.open(second->password_sealed), "two");

  ASSERT_TRUE(adopt_environment(store, {}, secrets, clock_));
  EXPECT_FALSE(store.find_mailbox("default")->from_environment);
}

/// An installation that has sealed one of everything, and what must be the same under another key.
class KeyRotation : public KeyFileTest {
 protected:
  void seal_things(Installation& open) {
    Mailbox mailbox{.name = "office", .from = "ana@example.com", .host = "smtp.example.com", .user = "ana"};
    mailbox.password_sealed = open.secrets.seal("open sesame");
    ASSERT_TRUE(open.store->campaigns().add_mailbox(mailbox));
    auto& requests = open.store->requests();
    requests.begin("key:ci", "one", "asked", clock_.wall_now());
    requests.keep("key:ci", "one",
                  {.status = 201,
                   .content_type = "application/json",
                   .location = {},
                   .body = open.secrets.seal("answered")});
    fingerprint_ = open.secrets.fingerprint();
    message_ids_ = open.secrets.subkey("message-id");
    link_ = link_of(open);
  }
  static std::string link_of(const Installation& open) {
    const auto from = parse_address("ana@example.com").value(), to = parse_address("bo@example.com").value();
    const std::optional<Address> none;
    return open.links.link(CampaignId{7}, to, {from, none}).url;
  }
  void expect_the_same_things(Installation& open) {
    EXPECT_NE(open.secrets.fingerprint(), fingerprint_);
    EXPECT_EQ(open.secrets.subkey("message-id"), message_ids_);
    EXPECT_EQ(link_of(open), link_);
    const auto mailbox = open.store->campaigns().find_mailbox("office");
    ASSERT_TRUE(mailbox);
    EXPECT_EQ(open.secrets.open(mailbox->password_sealed).value(), "open sesame");
    const auto kept = open.store->requests().begin("key:ci", "one", "asked", clock_.wall_now());
    EXPECT_EQ(open.secrets.open(std::get<KeptAnswer>(kept).body).value(), "answered");
  }
  std::vector<std::string> key_files() const {
    std::vector<std::string> all;
    for (const auto& file : std::filesystem::directory_iterator(directory_)) {
      const auto name = file.path().filename().string();
      if (name.starts_with("postrider.key")) all.push_back(name);
    }
    std::ranges::sort(all);
    return all;
  }

  std::string fingerprint_, link_;
  SecretBox::Key message_ids_{};
};

TEST_F(KeyRotation, SealsEverythingAnewAsOftenAsItIsAsked) {
  {
    seal_things(**open());
  }
  for (int i = 1; i <= 2; ++i) {
    const auto now = clock_.wall_now() + std::chrono::hours{i};
    {
      const auto opened = open();
      ASSERT_TRUE(opened) << opened.error().message;
      const auto rotated = rotate_key(*(*opened)->store, (*opened)->secrets, database_, "", now);
      ASSERT_TRUE(rotated) << rotated.error().message;
      EXPECT_EQ(rotated->resealed.passwords, 1);
      EXPECT_EQ(rotated->resealed.answers, 1);
      EXPECT_TRUE(std::filesystem::exists(rotated->old_file));
    }
    const auto again = open();
    ASSERT_TRUE(again) << again.error().message;
    expect_the_same_things(**again);
    EXPECT_EQ(key_files().size(), 1u + static_cast<std::size_t>(i));
  }
}

TEST_F(KeyRotation, IsEndedByTheNextStartWhenItWasCutShort) {
  {
    seal_things(**open());
  }
  std::string aside;
  {
    const auto opened = open();
    aside = rotate_key(*(*opened)->store, (*opened)->secrets, database_, "", clock_.wall_now())->old_file;
  }
  // As it stood between the transaction and the change of the files, and after the first of the two.
  std::filesystem::rename(key_file(), key_file() + ".next");
  std::filesystem::rename(aside, key_file());
  {
    expect_the_same_things(**open());
  }
  std::filesystem::rename(key_file(), key_file() + ".next");
  {
    expect_the_same_things(**open());
  }
  EXPECT_EQ(key_files().size(), 2u);
}

TEST_F(KeyRotation, LeavesTheOldKeyInForceWhenItCameToNothing) {
  std::string fingerprint;
  {
    fingerprint = (*open())->secrets.fingerprint();
  }
  std::ofstream(key_file() + ".next") << SecretBox::generate() << "\n";
  ::chmod((key_file() + ".next").c_str(), 0600);
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->secrets.fingerprint(), fingerprint);
  auto mailbox = Mailbox{.name = "lost", .from = "a@example.com", .host = "h", .user = "a"};
  mailbox.password_sealed = SecretBox::from_secret("of some other installation")->seal("x");
  ASSERT_TRUE((*opened)->store->campaigns().add_mailbox(mailbox));
  const auto refused = rotate_key(*(*opened)->store, (*opened)->secrets, database_, "", clock_.wall_now());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("Mailbox lost"), std::string::npos) << refused.error().message;
  EXPECT_EQ((*opened)->store->campaigns().meta("key_fingerprint"), fingerprint);
}

TEST_F(KeyRotation, MovesFromOneSecretKeyToAnother) {
  const std::string old = "a secret of sufficient length", now = "another secret of such a length";
  {
    seal_things(**open(old));
  }
  {
    const auto opened = open(old);
    EXPECT_EQ(
        rotate_key(*(*opened)->store, (*opened)->secrets, database_, old, clock_.wall_now()).error().code,
        "same_key");
    ASSERT_TRUE(rotate_key(*(*opened)->store, (*opened)->secrets, database_, now, clock_.wall_now()));
  }
  EXPECT_EQ(open(old).error().code, "key_wrong");
  {
    expect_the_same_things(**open(now));
  }
  EXPECT_TRUE(key_files().empty());
}

}  // namespace
}  // namespace postrider

#include "app/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

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

}  // namespace
}  // namespace postrider

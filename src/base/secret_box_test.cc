#include "base/secret_box.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

SecretBox box_of(std::string_view secret) {
  auto box = SecretBox::from_secret(secret);
  EXPECT_TRUE(box);
  return *box;
}

TEST(SecretBox, NeedsSixteenOctetsOfSecret) {
  EXPECT_FALSE(SecretBox::from_secret(""));
  EXPECT_FALSE(SecretBox::from_secret("fifteen-octets!"));
  EXPECT_TRUE(SecretBox::from_secret("sixteen-octets!!"));
}

TEST(SecretBox, SealsEmptyTextToEmptyText) {
  const auto box = box_of("a secret of some length");
  EXPECT_EQ(box.seal(""), "");
  EXPECT_EQ(box.open("").value(), "");
}

TEST(SecretBox, SealsTheSameTextDifferentlyEachTime) {
  const auto box = box_of("a secret of some length");
  EXPECT_NE(box.seal("password"), box.seal("password"));
  EXPECT_EQ(box.seal("password").find("password"), std::string::npos);
}

TEST(SecretBox, RefusesWhatAnotherKeySealedOrSomebodyAltered) {
  const auto box = box_of("a secret of some length");
  const std::string sealed = box.seal("password");
  EXPECT_FALSE(box_of("another secret of that length").open(sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    const auto opened = box.open(altered);
    EXPECT_FALSE(opened && *opened != "password") << i;
  }
  for (const char* bad : {"AAAA", "not base64!", "=", "\n"}) EXPECT_FALSE(box.open(bad)) << bad;
  EXPECT_FALSE(box.open(sealed + "AAAA"));
  EXPECT_FALSE(box.open(sealed.substr(4)));
}

TEST(SecretBox, GeneratesSecretsOf64HexDigits) {
  const auto secret = SecretBox::generate();
  EXPECT_EQ(secret.size(), 64u);
  EXPECT_EQ(secret.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(secret, SecretBox::generate());
}

// Databases hold these: a change of derivation would lock everybody out.
TEST(SecretBox, DerivesTheSameKeysForEver) {
  const auto box = box_of("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(box.fingerprint().size(), 16u);
  EXPECT_EQ(box.fingerprint(), box_of("0123456789abcdef0123456789abcdef").fingerprint());
  EXPECT_NE(box.fingerprint(), box_of("0123456789abcdef0123456789abcdeg").fingerprint());
  EXPECT_NE(box.subkey("message-id"), box.subkey("unsubscribe"));
  EXPECT_EQ(box.subkey("message-id"), box.subkey("message-id"));
}

RC_GTEST_PROP(SecretBox, OpensWhatItSealed, (const std::string& text)) {
  static const SecretBox box = box_of("a secret of some length");
  const auto opened = box.open(box.seal(text));
  RC_ASSERT(opened && *opened == text);
}

TEST(SecretBox, AKeptSubkeyOutlivesTheKeyItCameFrom) {
  const auto old = box_of("0123456789abcdef0123456789abcdef");
  auto now = box_of("another secret of enough letters");
  EXPECT_NE(now.subkey("message-id"), old.subkey("message-id"));
  now.keep_subkey("message-id", old.subkey("message-id"));
  EXPECT_EQ(now.subkey("message-id"), old.subkey("message-id"));
  EXPECT_NE(now.fingerprint(), old.fingerprint());
  EXPECT_FALSE(now.open(old.seal("x")));
}

}  // namespace
}  // namespace postrider

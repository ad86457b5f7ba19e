#include "smtp/scram.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>

#include "base/base64.h"

namespace postrider {
namespace {

Sha256 salted(std::string_view password, const Scram::Challenge& challenge, int slice = 100'000'000) {
  SaltedPassword work(password, challenge.salt, challenge.rounds);
  while (!work.work(slice)) {
  }
  return work.key();
}

constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

// SMTP-AUTH-08
TEST(Scram, SpeaksAsInTheExampleOfRfc7677) {
  Scram scram("user", "rOprNGfwEbeRWgbNEkqO");
  EXPECT_EQ(scram.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto challenge = scram.challenged(kServerFirst);
  ASSERT_TRUE(challenge.has_value()) << challenge.error();
  EXPECT_EQ(challenge->rounds, 4096);
  EXPECT_EQ(scram.final_message(salted("pencil", *challenge)),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(scram.is_proven("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

// SMTP-AUTH-08
TEST(Scram, BelievesNoServerThatDoesNotKnowThePassword) {
  Scram scram("user", "rOprNGfwEbeRWgbNEkqO");
  const auto challenge = scram.challenged(kServerFirst);
  (void)scram.final_message(salted("pencil", *challenge));
  for (const char* forged :
       {"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl97G4=", "v=", "v=AAAA", "e=other-error", "",
        "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}) {
    EXPECT_FALSE(scram.is_proven(forged)) << forged;
  }
}

// SMTP-AUTH-09
TEST(Scram, RefusesAChallengeThatIsNotMeantForUsOrKeepsUsBusy) {
  for (const char* bad :
       {"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=mine,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=mineX,s=,i=4096", "r=mineX,s=!!!!,i=4096", "r=mineX,s=W22Z,i=4095", "r=mineX,s=W22Z,i=1000001",
        "r=mineX,s=W22Z,i=99999999999999", "r=mineX,s=W22Z,i=4096x", "r=mineX,s=W22Z,i=-5", "r=mineX,s=W22Z",
        "m=ext,r=mineX,s=W22Z,i=4096", "s=W22Z,r=mineX,i=4096", "", ",,,"}) {
    Scram scram("user", "mine");
    EXPECT_FALSE(scram.challenged(bad).has_value()) << bad;
  }
}

TEST(Scram, EscapesWhatHasAMeaningInANameItCarries) {
  EXPECT_EQ(Scram("a=b,c", "n").first_message(), "n,,n=a=3Db=2Cc,r=n");
}

TEST(SaltedPassword, IsPbkdf2WhateverTheSlices) {
  for (const std::string& password : {std::string(), std::string("pencil"), std::string(100, 'x')}) {
    Sha256 expected;
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>("salty"), 5, 1000, EVP_sha256(), 32,
                      expected.data());
    EXPECT_EQ(salted(password, {"salty", 1000}, 1), expected);
    EXPECT_EQ(salted(password, {"salty", 1000}, 333), expected);
    EXPECT_EQ(salted(password, {"salty", 1000}), expected);
  }
}

TEST(SaltedKeys, TellRecipesApartAndKeepAFew) {
  SaltedKeys keys;
  keys.keep(SaltedKeys::recipe("b", "a", 1), Sha256{1});
  EXPECT_NE(keys.find(SaltedKeys::recipe("b", "a", 1)), nullptr);
  EXPECT_EQ(keys.find(SaltedKeys::recipe("", "ab", 1)), nullptr);
  EXPECT_EQ(keys.find(SaltedKeys::recipe("ab", "", 1)), nullptr);
  for (int i = 0; i < 100; ++i) keys.keep(SaltedKeys::recipe("x", "y", i), Sha256{});
  EXPECT_EQ(keys.find(SaltedKeys::recipe("b", "a", 1)), nullptr);
}

TEST(Base64, ComesBackAsItWas) {
  std::mt19937 random(5);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 20, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
  for (const char* bad : {"A", "AB", "ABC", "A===", "AB=C", "AB C", "====", "AB-_", "A\n=="}) {
    EXPECT_FALSE(from_base64(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace postrider

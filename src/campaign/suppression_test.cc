#include "campaign/suppression.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(Suppression, AnAddressOrADomainBecomesTheKeyItIsKeptUnder) {
  const struct {
    const char *text, *key;
  } rows[] = {
      {"ana@example.com", "ana@example.com"}, {"  Ana@Example.COM ", "ana@example.com"},
      {"@example.com", "@example.com"},       {"example.com", "@example.com"},
      {" @Example.COM", "@example.com"},      {"bücher.example", "@xn--bcher-kva.example"},
  };
  for (const auto& row : rows) {
    const auto key = suppression_key(row.text);
    ASSERT_TRUE(key) << row.text << ": " << key.error().message;
    EXPECT_EQ(*key, row.key) << row.text;
  }
}

TEST(Suppression, WhatIsNeitherAddressNorDomainIsRefused) {
  for (const char* text : {"", "@", "ana@", "ana@@example.com", "not a domain", "a b@example.com"}) {
    EXPECT_FALSE(suppression_key(text)) << text;
  }
}

}  // namespace
}  // namespace postrider

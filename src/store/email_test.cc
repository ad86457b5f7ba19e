#include "store/nouns_fixture.h"

namespace postrider {
namespace {

using OneEmail = NounsTest;

TEST_F(OneEmail, IsFoundByItsIdAndSaysWhenItWasTried) {
  const auto id = start(people(2));
  const auto due = claim();
  ASSERT_EQ(due.size(), 2u);
  const EmailId email{due[0].id.value};
  auto found = nouns().email(email);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->first, id);
  EXPECT_EQ(found->second.id, email);
  EXPECT_EQ(found->second.ordinal, 1);
  EXPECT_FALSE(found->second.tried_at);
  end(due[0], delivered());
  EXPECT_EQ(nouns().email(email)->second.tried_at, clock_.wall_now());
  EXPECT_EQ(code_of(nouns().email(EmailId{4711})), "email_not_found");
}

}  // namespace
}  // namespace postrider

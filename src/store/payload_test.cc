#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store/campaign_store.h"
#include "store/task_store.h"
#include "store/values.h"

namespace postrider {
namespace {

TEST(Values, AreAJsonArrayInTheRow) {
  EXPECT_EQ(encode_values({}), "[]");
  EXPECT_EQ(encode_values(std::vector<std::string>{"Ana", "", "a \"b\" \\ c", "two\nlines", "Łódź"}),
            R"(["Ana","","a \"b\" \\ c","two\u000alines","Łódź"])");
}

RC_GTEST_PROP(Values, ComeBackAsTheyWere, (const std::vector<std::string>& values)) {
  RC_ASSERT(decode_values(encode_values(values)) == values);
}

TEST(Values, ThatAreDamagedAreAFaultAndNeverRead) {
  for (const char* text : {"", "[", "]", "[\"]", "[\"a\"", "[\"a\" \"b\"]", "[\"a\",]", "[a]", "[\"\\x\"]",
                           "[\"\\u00g0\"]", "[\"\\u1234\"]", "[\"a\\\"]", "[\"a\"]]"}) {
    EXPECT_THROW(decode_values(text), StoreFault) << text;
  }
}

RC_GTEST_PROP(Payload, CarriesTheRecipientToTheWorker,
              (const std::string& name, const std::vector<std::string>& values)) {
  const auto payload =
      decode_payload(encode_payload(RecipientId{77}, 12, "ana@example.com", name, encode_values(values)));
  RC_ASSERT(payload.recipient == RecipientId{77});
  RC_ASSERT(payload.ordinal == 12);
  RC_ASSERT(payload.address == "ana@example.com");
  RC_ASSERT(payload.name == name);
  RC_ASSERT(payload.values == values);
}

TEST(Payload, CutShortIsAFault) {
  const auto whole = encode_payload(RecipientId{1}, 1, "ana@example.com", "Ana", R"(["x"])");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(decode_payload(whole.substr(0, length)), StoreFault) << length;
  }
}

}  // namespace
}  // namespace postrider

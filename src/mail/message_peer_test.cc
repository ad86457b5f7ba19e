// What GMime reads in our messages is what was put in: headers, parts and bytes. The story
// tests/mime_peer_story.py does the same with far more messages, and with Python's email.

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "mail/any_message_test.h"
#include "mail/gmime_reader_test.h"
#include "mail/reading_test.h"

namespace postrider {
namespace {

TEST(MessagePeer, ReadsEveryPartOfThreeThousandMessages) {
  for (std::uint64_t number = 1; number <= 3'000; ++number) {
    const AnyMessage any = any_message(number);
    const std::string message = compose(any.parts).whole();
    ASSERT_EQ(differences(any, read_by_gmime(message)), "") << "message " << number << "\n" << message;
    ASSERT_EQ(faults_of_form(message), "") << "message " << number << "\n" << message;
  }
}

}  // namespace
}  // namespace postrider

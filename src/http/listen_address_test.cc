#include "http/listen_address.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(ListenAddress, IsReadAsPeopleWriteIt) {
  for (const auto& [text, address, port, loopback] : {std::tuple{"127.0.0.1:8000", "127.0.0.1", 8000, true},
                                                      {"localhost:0", "127.0.0.1", 0, true},
                                                      {"0.0.0.0:80", "0.0.0.0", 80, false},
                                                      {"[::1]:8000", "::1", 8000, true}}) {
    const auto read = parse_listen_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->address, address);
    EXPECT_EQ(read->port, port);
    EXPECT_EQ(read->is_loopback(), loopback);
  }
  EXPECT_EQ(parse_listen_address("[::1]:8000")->text(), "[::1]:8000");
}

TEST(ListenAddress, AnythingElseIsRefusedWithASentence) {
  for (const char* text : {"", "8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8o",
                           "::1:8000", "example.com:80", "127.0.0.1:-1", " 127.0.0.1:80"}) {
    const auto read = parse_listen_address(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, "bad_listen_address");
  }
}

}  // namespace
}  // namespace postrider

#include "http/routes.h"

#include <gtest/gtest.h>

#include "http/listen_address.h"

namespace postrider {
namespace {

struct RouteRow {
  const char* method;
  const char* target;
  int status;
};

TEST(Routes, OnlyLivezExistsAndItAnswersReadingOnly) {
  for (const auto& row :
       {RouteRow{"GET", "/livez", 200}, RouteRow{"HEAD", "/livez", 200}, RouteRow{"GET", "/livez?x=1", 200},
        RouteRow{"POST", "/livez", 405}, RouteRow{"GET", "/", 404}, RouteRow{"GET", "/livez/", 404},
        RouteRow{"GET", "/api/campaigns", 404}, RouteRow{"DELETE", "", 404}}) {
    EXPECT_EQ(answer(row.method, row.target).status, row.status) << row.method << " " << row.target;
  }
  EXPECT_EQ(answer("GET", "/livez").body, "ok\n");
}

TEST(Routes, AnErrorIsAProblemDocument) {
  const auto given = answer("GET", "/nowhere");
  EXPECT_EQ(given.content_type, "application/problem+json");
  EXPECT_NE(given.body.find("\"status\":404"), std::string::npos);
  EXPECT_NE(given.body.find("\"code\":\"not_found\""), std::string::npos);
}

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

#include "http/origins.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

HttpHead from(const char* origin, const char* method = "GET") {
  return {.method = method,
          .target = "/api/campaigns",
          .headers = {{"Origin", origin}, {"Access-Control-Request-Method", "PUT"}},
          .caller = {},
          .scheme = {}};
}

std::string said(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

TEST(Origins, AreExactOrAbsent) {
  const auto origins = Origins::parse("https://app.example.org, http://localhost:3000").value();
  for (const char* listed : {"https://app.example.org", "http://localhost:3000"}) {
    const auto headers = origins.headers(from(listed));
    EXPECT_EQ(said(headers, "Access-Control-Allow-Origin"), listed);
    EXPECT_EQ(said(headers, "Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(said(headers, "Vary"), "Origin");
    EXPECT_TRUE(origins.preflight(from(listed, "OPTIONS")));
  }
  for (const char* other :
       {"http://app.example.org", "https://app.example.org:8443", "https://app.example.org.evil.example",
        "https://evil.example", "null", "", "https://localhost:3000"}) {
    const auto headers = origins.headers(from(other));
    EXPECT_EQ(said(headers, "Access-Control-Allow-Origin"), "") << other;
    EXPECT_EQ(said(headers, "Vary"), "Origin") << other;
    EXPECT_FALSE(origins.preflight(from(other, "OPTIONS"))) << other;
    EXPECT_FALSE(origins.lists(other)) << other;
  }
}

TEST(Origins, AStarNeverGoesWithALogin) {
  const auto origins = Origins::parse(" * ").value();
  const auto headers = origins.headers(from("https://any.example"));
  EXPECT_EQ(said(headers, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(said(headers, "Access-Control-Allow-Credentials"), "");
  EXPECT_FALSE(origins.lists("https://any.example"));
  EXPECT_FALSE(origins.lists("*"));
  EXPECT_TRUE(origins.preflight(from("https://any.example", "OPTIONS")));
}

TEST(Origins, NoneIsTheDefault) {
  const auto origins = Origins::parse("").value();
  EXPECT_TRUE(origins.headers(from("https://app.example.org")).empty());
  EXPECT_FALSE(origins.preflight(from("https://app.example.org", "OPTIONS")));
}

TEST(Origins, RefuseWhatNoBrowserWouldSay) {
  for (const char* list :
       {"app.example.org", "https://app.example.org/", "https://app.example.org/x", "https://App.example.org",
        "https://app.example.org:443", "http://a.example:80", "ftp://a.example", "https://u@a.example",
        "null", "https://a.example,*", "https://a.example?x", "https://a.example,,"}) {
    const auto origins = Origins::parse(list);
    ASSERT_FALSE(origins) << list;
    EXPECT_NE(origins.error().message.find("such as https://app.example.org"), std::string::npos);
  }
}

}  // namespace
}  // namespace postrider

#include "app/post_alert.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(PostAlert, OnlyEncryptedOrOnThisMachine) {
  for (const auto* url :
       {"https://hooks.example.org", "https://hooks.example.org:8443/a?b=c", "http://127.0.0.1:9/alerts",
        "http://[::1]:9/", "http://localhost/", "https://10.0.0.1/", "HTTPS://hooks.example.org/@ana"})
    EXPECT_TRUE(check_alert_url(url)) << url;
  for (const auto* url :
       {"", "https://", "https:///path", "http://hooks.example.org/", "http://0177.0.0.1/",
        "http://127.0.0.1.example.org/", "http://127.0.0.1@example.org/", "ftp://localhost/",
        "https://ana@hooks.example.org/", "https://hooks.example.org/#part", "https://hooks.example.org/a b",
        "https://hooks.example.org\\@127.0.0.1/", "https://hooks.example.org/\r\nX: y", "https://[::1"})
    EXPECT_FALSE(check_alert_url(url)) << url;
  EXPECT_FALSE(check_alert_url("https://hooks.example.org/" + std::string(2000, 'a')));
}

TEST(PostAlert, AnAddressThatIsNotAllowedIsSeenInTheUrl) {
  const auto none = *TargetRules::parse(""), some = *TargetRules::parse("127.0.0.0/8 10.1.0.0/16");
  for (const auto* url : {"http://localhost:9/", "http://127.0.0.1/", "https://10.1.2.3/a"}) {
    EXPECT_NE(alert_url_trouble(url, none), "") << url;
    EXPECT_EQ(alert_url_trouble(url, some), "") << url;
  }
  for (const auto* url : {"https://169.254.169.254/", "http://[::1]:8000/", "https://[::ffff:10.2.0.1]/"})
    EXPECT_NE(alert_url_trouble(url, some), "") << url;
  EXPECT_EQ(alert_url_trouble("https://hooks.example.org/", none), "");
  EXPECT_EQ(alert_url_trouble("https://8.8.8.8:443/", none), "");
}

}  // namespace
}  // namespace postrider

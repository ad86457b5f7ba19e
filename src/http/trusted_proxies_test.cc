#include "http/trusted_proxies.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

struct Row {
  const char* name;
  const char* trusted;
  const char* peer;
  std::vector<const char*> forwarded;  ///< X-Forwarded-For, one header each
  const char* caller;
};

TEST(TrustedProxies, NameTheCallerAndNobodyElseDoes) {
  for (const auto& row : std::initializer_list<Row>{
           {"no proxy is trusted", "", "127.0.0.1", {"192.0.2.7"}, "127.0.0.1"},
           {"another peer", "10.0.0.1", "192.0.2.1", {"192.0.2.7"}, "192.0.2.1"},
           {"one hop", "127.0.0.1", "127.0.0.1", {"192.0.2.7"}, "192.0.2.7"},
           {"what the caller wrote itself stands left",
            "127.0.0.1",
            "127.0.0.1",
            {"8.8.8.8, 192.0.2.7"},
            "192.0.2.7"},
           {"two proxies", "10.0.0.0/8", "10.0.0.1", {"8.8.8.8, 192.0.2.7, 10.9.8.7"}, "192.0.2.7"},
           {"several headers are one list",
            "10.0.0.0/8",
            "10.0.0.1",
            {"8.8.8.8", "192.0.2.7", "10.1.1.1"},
            "192.0.2.7"},
           {"all of them are trusted", "10.0.0.0/8", "10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
           {"nothing is forwarded", "10.0.0.0/8", "10.0.0.1", {}, "10.0.0.1"},
           {"no address", "10.0.0.0/8", "10.0.0.1", {"192.0.2.7, unknown"}, "10.0.0.1"},
           {"no address further on", "10.0.0.0/8", "10.0.0.1", {"<script>, 10.0.0.2"}, "10.0.0.2"},
           {"empty", "10.0.0.0/8", "10.0.0.1", {""}, "10.0.0.1"},
           {"a port", "10.0.0.1", "10.0.0.1", {"192.0.2.7:4711"}, "192.0.2.7"},
           {"IPv6", "::1", "::1", {"2001:db8::7"}, "2001:db8::7"},
           {"IPv6 with a port", "::1", "::1", {"[2001:db8::7]:443"}, "2001:db8::7"},
           {"IPv4 in IPv6", "127.0.0.1", "::ffff:127.0.0.1", {"192.0.2.7"}, "192.0.2.7"},
           {"a network that ends within an octet",
            "192.168.16.0/20",
            "192.168.31.255",
            {"192.0.2.7"},
            "192.0.2.7"},
           {"just beyond it", "192.168.16.0/20", "192.168.32.0", {"192.0.2.7"}, "192.168.32.0"},
           {"IPv6 network", "10.0.0.1, fd00::/8", "fd12::1", {"192.0.2.7"}, "192.0.2.7"},
           {"everybody", "0.0.0.0/0", "203.0.113.9", {"192.0.2.7"}, "192.0.2.7"},
           {"every IPv4 is no IPv6", "0.0.0.0/0", "2001:db8::1", {"192.0.2.7"}, "2001:db8::1"},
       }) {
    HttpHead head{.method = "GET", .target = "/", .headers = {}, .caller = row.peer, .scheme = {}};
    head.headers.emplace_back("Forwarded", "for=203.0.113.1");
    for (const auto* value : row.forwarded) head.headers.emplace_back("x-forwarded-for", value);
    TrustedProxies::parse(row.trusted).value().name_caller(head);
    EXPECT_EQ(head.caller, row.caller) << row.name;
  }
}

TEST(TrustedProxies, SayTheScheme) {
  const auto scheme = [](const char* peer, HttpHeaders headers) {
    HttpHead head{
        .method = "GET", .target = "/", .headers = std::move(headers), .caller = peer, .scheme = {}};
    TrustedProxies::parse("10.0.0.1").value().name_caller(head);
    return head.scheme;
  };
  EXPECT_EQ(scheme("10.0.0.1", {{"X-Forwarded-Proto", "HTTPS"}}), "https");
  EXPECT_EQ(scheme("10.0.0.1", {{"X-Forwarded-Proto", "http"}}), "http");
  EXPECT_EQ(scheme("10.0.0.1", {{"X-Forwarded-Proto", "gopher"}}), "");
  EXPECT_EQ(scheme("10.0.0.1", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Proto", "http"}}), "");
  EXPECT_EQ(scheme("10.0.0.2", {{"X-Forwarded-Proto", "https"}}), "");
}

TEST(TrustedProxies, RefuseWhatIsNoAddress) {
  for (const char* list : {"proxy.example.org", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1",
                           "10.0.0.1,,", "10.0.0", "10.0.0.1 10.0.0.2", "0177.0.0.1"}) {
    const auto proxies = TrustedProxies::parse(list);
    ASSERT_FALSE(proxies) << list;
    EXPECT_NE(proxies.error().message.find("such as 10.0.0.0/8"), std::string::npos);
  }
}

}  // namespace
}  // namespace postrider

#include "campaign/public_url.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(PublicUrl, IsKeptInOneSpelling) {
  const std::pair<const char*, const char*> rows[] = {
      {"https://mail.example.org", "https://mail.example.org"},
      {" https://Mail.Example.org// ", "https://mail.example.org"},
      {"HTTPS://mail.example.org:8443/post", "https://mail.example.org:8443/post"},
      {"https://b\xC3\xBC"
       "cher.example",
       "https://xn--bcher-kva.example"},
      {"https://192.0.2.1", "https://192.0.2.1"},
      {"https://[2001:db8::1]:444", "https://[2001:db8::1]:444"},
      {"http://localhost:8000", "http://localhost:8000"},
      {"http://127.0.0.1:8000/", "http://127.0.0.1:8000"},
      {"http://[::1]:8000", "http://[::1]:8000"},
  };
  for (const auto& [text, url] : rows) EXPECT_EQ(parse_public_url(text).value_or("refused"), url) << text;
}

TEST(PublicUrl, TakesNothingThatWouldNotWorkInEveryMail) {
  for (const char* bad :
       {"", "mail.example.org", "ftp://mail.example.org", "http://mail.example.org", "https://", "https:///u",
        "https://mail", "https://user@mail.example.org", "https://mail.example.org/?a=1",
        "https://mail.example.org/#x", "https://mail.example.org:0", "https://mail.example.org:99999",
        "https://mail.example.org:x", "https://mail.example.org/a b", "https://mail.example.org/<x>",
        "https://mail.example.org/a,b", "https://mail.example.org/\r\nBcc:x",
        "http://127.0.0.1.example.org"}) {
    const auto url = parse_public_url(bad);
    EXPECT_FALSE(url) << bad;
    if (!url) EXPECT_NE(url.error().message.find("https://mail.example.org"), std::string::npos);
  }
  EXPECT_FALSE(parse_public_url("https://mail.example.org/" + std::string(200, 'a')));
}

}  // namespace
}  // namespace postrider

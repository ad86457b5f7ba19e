#include "app/message_view.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(ShownMessage, DecodesHeadersAndText) {
  const auto view = view_message(
      "From: Ana <ana@example.com>\r\nTo: =?utf-8?Q?Bj=C3=B6rn?= <b@example.com>\r\n"
      "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\nCaf=C3=A9\r\n");
  ASSERT_TRUE(view);
  EXPECT_NE(view->headers.find("Subject: Grüße\n"), std::string::npos) << view->headers;
  EXPECT_NE(view->headers.find("Björn"), std::string::npos) << view->headers;
  ASSERT_TRUE(view->text);
  EXPECT_TRUE(view->text->starts_with("Café"));
  EXPECT_FALSE(view->html);
}

TEST(ShownMessage, FindsTheHtmlPartAmongOthers) {
  const auto view = view_message(
      "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
      "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: "
      "text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n");
  ASSERT_TRUE(view && view->text && view->html);
  EXPECT_TRUE(view->text->starts_with("plain"));
  EXPECT_TRUE(view->html->starts_with("<p>rich</p>"));
}

}  // namespace
}  // namespace postrider

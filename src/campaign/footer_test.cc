#include "campaign/footer.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

constexpr const char* kLink = "https://a.example/u/x";

Footer footer(const char* text = "No more: {{ unsubscribe_url }}",
              const char* postal = "Acme & Co\n1 Main St") {
  return Footer::make(text, postal).value();
}
std::string text_of(std::string text, const Footer& footer, const Footer::Said& said = {}) {
  footer.add_to_text(text, said, kLink);
  return text;
}
std::string html_of(std::string html, const Footer& footer, const Footer::Said& said = {}) {
  footer.add_to_html(html, said, kLink);
  return html;
}

TEST(Footer, StandsAtTheEndOfText) {
  EXPECT_EQ(text_of("Hello\n", footer()),
            "Hello\n\nNo more: https://a.example/u/x\n\nAcme & Co\n1 Main St\n");
  EXPECT_EQ(text_of("Hello\r\n\r\n", footer("", "Acme")), "Hello\n\nAcme\n");
  EXPECT_EQ(text_of("Hello", footer("Bye", "")), "Hello\n\nBye\n");
  EXPECT_EQ(text_of("Hello\n", Footer()), "Hello\n");
}

TEST(Footer, StandsBeforeTheEndOfTheBodyEscaped) {
  const std::string block =
      "\n<div style=\"margin-top:2em;font-size:smaller\">\n<p>No more: <a "
      "href=\"https://a.example/u/x\">https://a.example/u/x</a></p>\n<p>Acme &amp; Co<br>\n1 Main "
      "St</p>\n</div>\n";
  EXPECT_EQ(html_of("<p>Hi</p>", footer()), "<p>Hi</p>" + block);
  EXPECT_EQ(html_of("<html><body><p>Hi</p></BODY></html>", footer()),
            "<html><body><p>Hi</p>" + block + "</BODY></html>");
  EXPECT_EQ(html_of("<html><p>Hi</p></html>", footer()), "<html><p>Hi</p>" + block + "</html>");
  EXPECT_EQ(html_of("x", footer("<b>No</b>", "")).find("<b>"), std::string::npos);
}

TEST(Footer, LeavesOutWhatThePartSays) {
  EXPECT_EQ(text_of("Hello\n", footer(), {.link = true}), "Hello\n\nAcme & Co\n1 Main St\n");
  const auto words = squeezed("We are  ACME & co\r\n1 main st, Springfield");
  EXPECT_EQ(text_of("Hello\n", footer(), {.link = true, .words = words}), "Hello\n");
  EXPECT_EQ(text_of("Hello\n", footer(), {.words = words}), "Hello\n\nNo more: https://a.example/u/x\n");
}

TEST(Footer, HoldsTheLinkAndNoOtherField) {
  EXPECT_TRUE(footer().has_link());
  EXPECT_FALSE(footer("Write to us", "").has_link());
  EXPECT_FALSE(footer("Write to us", "").has_postal_address());
  for (const char* bad : {"{{ name }}", "{{ unsubscribe_url", "{% if x %}", "a\x01"})
    EXPECT_EQ(Footer::make(bad, "").error().code, "bad_footer") << bad;
  for (const char* bad : {"{{ unsubscribe_url }}", "a\x01", "\xFF"})
    EXPECT_EQ(Footer::make("", bad).error().code, "bad_postal_address") << bad;
  EXPECT_FALSE(Footer::make(std::string(2'001, 'a'), ""));
}

}  // namespace
}  // namespace postrider

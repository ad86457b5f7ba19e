#include "mail/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "mail/template.h"

namespace postrider {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What stands between the fixed start and end of the document.
std::string body_of(std::string_view markdown) {
  const auto html = markdown_to_html(markdown);
  if (!html) return "error " + html.error().code;
  const std::string_view start = "<div style=\"max-width: 640px\">\n";
  const std::string_view end = "</div>\n</body>\n</html>\n";
  const auto at = html->find(start);
  if (at == html->npos || !html->ends_with(end)) return "no document";
  return html->substr(at + start.size(), html->size() - end.size() - at - start.size());
}

TEST(Markdown, BecomesHtml) {
  const struct {
    const char* what;
    const char* markdown;
    const char* html;
  } rows[] = {
      {"nothing", "", ""},
      {"paragraphs", "a\nb\n\nc", "<p>a\nb</p>\n<p>c</p>\n"},
      {"heading", "# a *b*", "<h1>a <em>b</em></h1>\n"},
      {"emphasis", "**a** *b* ~~c~~ `d < e`",
       "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d &lt; e</code></p>\n"},
      {"list", "- a\n- b\n\n3. c",
       "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start=\"3\">\n<li>c</li>\n</ol>\n"},
      {"break and rule", "a  \nb\n\n---", "<p>a<br>\nb</p>\n<hr>\n"},
      {"link", "[a](https://x.example/?b=1&c=2 \"t\")",
       "<p><a href=\"https://x.example/?b=1&amp;c=2\">a</a></p>\n"},
      {"bare links", "https://x.example/a and zoe@x.example",
       "<p><a href=\"https://x.example/a\">https://x.example/a</a> and <a href=\"mailto:zoe@x.example\">zoe@x.example</a></p>\n"},
      {"picture", "![a *b*](https://x.example/c.png)",
       "<p><img src=\"https://x.example/c.png\" alt=\"a b\" style=\"max-width: 100%\"></p>\n"},
      {"HTML is shown", "<b onclick=x>a</b> & \"b\"\n\n<script>\nc\n</script>",
       "<p>&lt;b onclick=x&gt;a&lt;/b&gt; &amp; &quot;b&quot;</p>\n<p>&lt;script&gt;\nc\n&lt;/script&gt;</p>\n"},
      {"entities", "&euml; &lt; &nosuch;", "<p>ë &lt; &amp;nosuch;</p>\n"},
      {"odd octets of a link", "[a](<https://x.example/ü \">)",
       "<p><a href=\"https://x.example/%C3%BC%20%22\">a</a></p>\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(body_of(row.markdown), row.html) << row.what;
}

TEST(Markdown, LeavesTheTagsOfTheTemplateUnharmed) {
  const struct {
    const char* what;
    const char* markdown;
    const char* html;
  } rows[] = {
      {"output", "Hi **{{ First Name | default: \"*x* <y>\" }}**",
       "<p>Hi <strong>{{ First Name | default: \"*x* <y>\" }}</strong></p>\n"},
      {"within links",
       "[{{ a }}](https://x.example/{{ b }}) <https://y.example/{{ c }}> https://z.example/{{ d }}",
       "<p><a href=\"https://x.example/{{ b }}\">{{ a }}</a> <a href=\"https://y.example/{{ c }}\">https://y.example/{{ c }}</a> "
       "<a href=\"https://z.example/{{ d }}\">https://z.example/{{ d }}</a></p>\n"},
      {"a link that is an output", "[a]({{ url }})", "<p><a href=\"{{ url }}\">a</a></p>\n"},
      {"a link said once and used twice", "[a][r] [b][r]\n\n[r]: https://x.example/{{ c }}",
       "<p><a href=\"https://x.example/{{ c }}\">a</a> <a href=\"https://x.example/{{ c }}\">b</a></p>\n"},
      {"code", "`{{ a }}`", "<p><code>{{ a }}</code></p>\n"},
      {"conditions around paragraphs", "{% if a %}\n\nb\n\n{% endif %}\n\nc",
       "{% if a %}\n<p>b</p>\n{% endif %}\n<p>c</p>\n"},
      {"conditions around items", "- a\n{% if b %}\n- c\n{% endif %}\n- d",
       "<ul>\n<li>a\n{% if b %}</li>\n<li>c\n{% endif %}</li>\n<li>d</li>\n</ul>\n"},
      {"underscores", "{{ first_name }}_{{ b_c }}", "<p>{{ first_name }}_{{ b_c }}</p>\n"},
      {"what merely looks like a tag", "&#123;{ a }\\}", "<p>{{ \"{{\" }} a {{ \"}}\" }}</p>\n"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(body_of(row.markdown), row.html) << row.what;
  }
  EXPECT_THAT(body_of("|a|b|\n|---|---|\n|{{ c | default: \"d|e\" }}|f|"),
              HasSubstr(">{{ c | default: \"d|e\" }}</td>"));
}

TEST(Markdown, ChecksWhereLinksLead) {
  for (const char* bad :
       {"[a](javascript:alert(1))", "[a](JavaScript:x)", "[a](&#106;avascript:x)", "[a](data:text/html,x)",
        "[a](vbscript:x)", "<javascript:x>", "![a](data:image/png;base64,x)", "[a](ftp://x)",
        "[a](<java\tscript:x>)", "[a][r]\n\n[r]: javascript:x", "![a](mailto:b@c.example)"}) {
    EXPECT_EQ(body_of(bad), "error unsafe_link") << bad;
  }
  for (const char* good : {"[a](https://x)", "[a](http://x)", "[a](mailto:b@c.example)", "[a](tel:+1)",
                           "[a](#b)", "[a]({{ b }})"}) {
    EXPECT_THAT(body_of(good), HasSubstr("<a href=")) << good;
  }
  EXPECT_THAT(markdown_to_html("[a](javascript:x{{ b }})").error().message, HasSubstr("javascript:x{{ b }}"));
}

TEST(Markdown, LinksHoldWholeConditionsOrNone) {
  for (const char* bad : {"see www.x.example{% if b %} c{% endif %}", "{% if b %}[c](https://x{% endif %})",
                          "[c](https://x{% else %})"}) {
    EXPECT_EQ(body_of(bad), "error bad_template") << bad;
  }
  for (const char* good : {"see www.x.example {% if b %} c{% endif %}",
                           "[c](https://x/{% if b %}d{% endif %})", "{% if b %}[c](https://x){% endif %}"}) {
    EXPECT_THAT(body_of(good), HasSubstr("<a href=")) << good;
  }
}

TEST(Markdown, IsADocumentThatRefersToNothingOutside) {
  const auto html = markdown_to_html("a");
  ASSERT_TRUE(html);
  EXPECT_TRUE(html->starts_with("<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">"));
  EXPECT_THAT(*html, Not(HasSubstr("http")));
  EXPECT_THAT(*html, Not(HasSubstr("url(")));
}

TEST(Markdown, HasALimit) {
  EXPECT_TRUE(markdown_to_html(std::string(1 << 20, 'a')));
  EXPECT_EQ(markdown_to_html(std::string((1 << 20) + 1, 'a')).error().code, "template_too_large");
}

RC_GTEST_PROP(Markdown, OfAnyTemplateIsATemplateThatCompiles, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"*",
                                                  "_",
                                                  "`",
                                                  "```\n",
                                                  "# ",
                                                  "- ",
                                                  "1. ",
                                                  "> ",
                                                  "[",
                                                  "]",
                                                  "(",
                                                  ")",
                                                  "](https://x.example/",
                                                  "|",
                                                  "|-|\n",
                                                  "\n",
                                                  "\n\n",
                                                  " ",
                                                  "    ",
                                                  "a",
                                                  "b",
                                                  "<",
                                                  ">",
                                                  "&",
                                                  "&#123;",
                                                  "{",
                                                  "}",
                                                  "%",
                                                  "\\",
                                                  "\"",
                                                  "ü",
                                                  "\xC0",
                                                  "\x01",
                                                  "{{ x }}",
                                                  "{% if x %}y{% endif %}",
                                                  "![",
                                                  "~~",
                                                  "https://",
                                                  "www.",
                                                  "@x.example",
                                                  "---\n",
                                                  "tag"}));
  std::string markdown;
  for (const auto& piece : pieces) markdown += piece;
  const std::vector<std::string> columns{"x"};
  if (!Template::compile(markdown, columns)) return;
  const auto html = markdown_to_html(markdown);
  if (!html) return;
  RC_ASSERT(is_valid_utf8(*html));
  RC_ASSERT(html->find('\x01') == html->npos);
  RC_ASSERT(html->find("tag00") == html->npos);
  RC_ASSERT(Template::compile(*html, columns, {.kind = TemplateKind::html}).has_value());
}

}  // namespace
}  // namespace postrider

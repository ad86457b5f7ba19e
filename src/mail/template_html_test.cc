#include "mail/template_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "mail/template.h"

namespace postrider {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::vector<std::string> kColumns{"x", "y", "none"};

/// What `text` becomes with {{ x }} = `value`, or its error.
std::string rendered(std::string_view text, const std::string& value = "v", const std::string& other = "w") {
  const auto made = Template::compile(text, kColumns, {.kind = TemplateKind::html});
  if (!made) return made.error().code + ": " + made.error().message;
  const std::vector<std::string> values{value, other};
  const auto out = made->render({.values = values});
  return out ? *out : out.error().code + ": " + out.error().message;
}

TEST(TemplateHtml, EscapesByPlace) {
  const std::string hostile = "<b a=\"1\" c='2'>&amp; ü</b>";
  const std::string escaped = "&lt;b a=&#34;1&#34; c=&#39;2&#39;&gt;&amp;amp; ü&lt;/b&gt;";
  EXPECT_EQ(rendered("<p>{{ x }}</p>", hostile), "<p>" + escaped + "</p>");
  EXPECT_EQ(rendered("<td title=\"{{ x }}\">", hostile), "<td title=\"" + escaped + "\">");
  EXPECT_EQ(rendered("<td title='{{ x }}'>", hostile), "<td title='" + escaped + "'>");
  EXPECT_EQ(rendered("<title>{{ x }}</title>", hostile), "<title>" + escaped + "</title>");
  EXPECT_EQ(rendered("{{ x | escape }}", hostile), escaped);
  EXPECT_EQ(rendered("{{ x | escape_once }}", hostile),
            "&lt;b a=&#34;1&#34; c=&#39;2&#39;&gt;&amp; ü&lt;/b&gt;");
  EXPECT_EQ(rendered("{{ x | escape_once }}", "&eacute; &#34; &#x2F; & &x y; &#; &;"),
            "&eacute; &#34; &#x2F; &amp; &amp;x y; &amp;#; &amp;;");
  EXPECT_EQ(rendered("{{ '<b>' }}"), "&lt;b&gt;");
  EXPECT_EQ(rendered("5 < 6 and {{ x }} <3 </ {{ x }}"),
            "bad_template: Line 1: a field is refused in a comment.");
  EXPECT_EQ(rendered("5 < 6 and {{ x }} <3 {{ x }}"), "5 < 6 and v <3 v");
}

TEST(TemplateHtml, BreaksLinesOnlyInText) {
  EXPECT_EQ(rendered("{{ x | newline_to_br }}", "a<\r\nb\nc"), "a&lt;<br />\nb<br />\nc");
  EXPECT_EQ(rendered("{{ x | escape | newline_to_br }}", "a<\n"), "a&lt;<br />\n");
  EXPECT_THAT(rendered("<p title=\"{{ x | newline_to_br }}\">"), HasSubstr("newline_to_br is refused here"));
  EXPECT_THAT(rendered("<title>{{ x | newline_to_br }}</title>"), HasSubstr("newline_to_br is refused here"));
}

TEST(TemplateHtml, ALinkMayBeginWithAWholeAddressOnly) {
  const std::string link = "<a href=\"{{ x }}\">";
  const struct {
    const char* value;
    const char* result;
  } rows[] = {
      {"https://example.com/a?b=c&d=%20#e", "https://example.com/a?b=c&amp;d=%20#e"},
      {"HTTP://example.com", "HTTP://example.com"},
      {" https://example.com/a b\"'<> \n", "https://example.com/a%20b%22%27%3C%3E"},
      {"https://müller.example/ü", "https://müller.example/ü"},
      {"mailto:a@b.example?subject=x", "mailto:a@b.example?subject=x"},
      {"tel:+49-30", "tel:+49-30"},
      {"https://a\r\nb\u2028c\u202ed", "https://a%0D%0Ab%E2%80%A8c%E2%80%AEd"},
      {"javascript:alert(1)", nullptr},
      {"JaVaScRiPt:alert(1)", nullptr},
      {"java\tscript:alert(1)", nullptr},
      {" \x01javascript:alert(1)", nullptr},
      {"javascript&colon;alert(1)", nullptr},
      {"data:text/html,x", nullptr},
      {"vbscript:x", nullptr},
      {"//example.com", nullptr},
      {"www.example.com", nullptr},
      {"/path", nullptr},
      {"#top", nullptr},
      {"https:example.com", nullptr},
      {"https://", nullptr},
      {"mailto:", nullptr},
      {"file:///etc/passwd", nullptr},
      {"https\u0000://x", nullptr},
  };
  for (const auto& row : rows) {
    const auto got = rendered(link, row.value);
    if (row.result) {
      EXPECT_EQ(got, "<a href=\"" + std::string(row.result) + "\">") << row.value;
    } else {
      EXPECT_THAT(got, StartsWith("unsafe_url: Line 1: {{x}}: ")) << row.value;
      EXPECT_THAT(got, HasSubstr("It must begin with https://, http://, mailto: or tel:.")) << row.value;
    }
  }
  const auto made = Template::compile(link, kColumns, {.kind = TemplateKind::html});
  EXPECT_TRUE(made->depends_on_row());
}

TEST(TemplateHtml, EncodesWithinALink) {
  const std::string v = "a/b?c&d=é@+, :'";
  EXPECT_EQ(rendered("<a href='https://h/{{ x }}'>", v),
            "<a href='https://h/a/b%3Fc%26d%3D%C3%A9%40%2B%2C%20%3A%27'>");
  EXPECT_EQ(rendered("<a href='https://h?q={{ x }}'>", v),
            "<a href='https://h?q=a%2Fb%3Fc%26d%3D%C3%A9%40%2B%2C%20%3A%27'>");
  EXPECT_EQ(rendered("<a href='https://h?q={{ x | url_encode }}'>", v),
            "<a href='https://h?q=a%2Fb%3Fc%26d%3D%C3%A9%40%2B%2C+%3A&#39;'>");
  EXPECT_EQ(rendered("<a href='mailto:{{ x }}?subject={{ x }}'>", "a@b.c"),
            "<a href='mailto:a@b.c?subject=a%40b.c'>");
  EXPECT_EQ(rendered("<a href='tel:{{ x }}'>", "+49 30"), "<a href='tel:+49%2030'>");
  EXPECT_EQ(rendered("<a href=' https://{{ x }}'>", "evil@host"), "<a href=' https://evil%40host'>");
  EXPECT_EQ(rendered("<a href='{{ y }}{{ x }}'>", ":alert(1)", "https://h"),
            "<a href='https://h%3Aalert%281%29'>");
  EXPECT_EQ(rendered("<a href='{{ y }}?q={{ x }}'>", "a/b", "https://h"), "<a href='https://h?q=a%2Fb'>");
  EXPECT_EQ(rendered("<img srcset='https://h/{{ x }}.png 1x, https://h/{{ y }} 2x'>", "a,b c"),
            "<img srcset='https://h/a%2Cb%20c.png 1x, https://h/w 2x'>");
}

TEST(TemplateHtml, KnowsWhatHoldsAnAddress) {
  for (const char* attribute :
       {"href", "SRC", "action", "formaction", "poster", "background", "cite", "longdesc", "xlink:href",
        "data-src", "data-url", "xmlns:a", "lowsrc", "codebase", "data"}) {
    EXPECT_THAT(rendered("<x " + std::string(attribute) + " = \"{{ x }}\">"), StartsWith("unsafe_url"))
        << attribute;
  }
  for (const char* attribute :
       {"alt", "title", "class", "width", "bgcolor", "data-name", "aria-label", "lang"}) {
    EXPECT_THAT(rendered("<x " + std::string(attribute) + "=\"{{ x }}\">"), HasSubstr("=\"v\"")) << attribute;
  }
}

TEST(TemplateHtml, RefusesPlacesWhereNoValueIsSafe) {
  const struct {
    const char* text;
    const char* why;
  } rows[] = {
      {"<style>a{{{ x }}}</style>", "a field's name cannot hold a brace"},
      {"<style>a{color:{{ x }};}</style>", "refused in <style>"},
      {"<STYLE\n>{{ x }}</style>", "refused in <style>"},
      {"<script>{{ x }}</script>", "refused in <script>"},
      {"<script></scrip></scriptx> {{ x }}</script>", "refused in <script>"},
      {"<script><!--<script></script>{{ x }}", "a script must not hold \"<!--\""},
      {"<noscript><style></noscript>{{ x }}", "refused in HTML behind <noscript>"},
      {"<svg><title><script>{{ x }}</script></title></svg>", "refused in HTML behind <svg>"},
      {"<svg></svg><p>{{ x }}", "refused in HTML behind <svg>"},
      {"<select><title><script>{{ x }}", "refused in HTML behind <select>"},
      {"<p style=\"color:{{ x }}\">", "refused in the style of <p>"},
      {"<p onclick=\"{{ x }}\">", "refused in the onclick of <p>"},
      {"<p/onclick=\"{{ x }}\">", "refused in the onclick of <p>"},
      {"<iframe srcdoc=\"{{ x }}\">", "refused in the srcdoc of <iframe>"},
      {"<script src=\"{{ x }}\"></script>", "refused in the src of <script>"},
      {"<link rel=stylesheet href=\"{{ x }}\">", "refused in the href of <link>"},
      {"<base href=\"https://x.example/{{ x }}\">", "refused in the href of <base>"},
      {"<meta http-equiv=refresh content=\"0;{{ x }}\">", "refused in the content of <meta>"},
      {"<set attributeName=href to=\"{{ x }}\">", "refused in the to of <set>"},
      {"<!-- {{ x }} -->", "refused in a comment"},
      {"<!--[if mso]>{{ x }}<![endif]-->", "refused in a comment"},
      {"<!doctype {{ x }}>", "refused in a comment"},
      {"<?xml {{ x }}?>", "refused in a comment"},
      {"<{{ x }}>", "refused in a tag's name"},
      {"<h{{ x }}>", "refused in a tag's name"},
      {"</h{{ x }}>", "refused in a tag's name"},
      {"<title></title{{ x }}>", "refused in a tag's name"},
      {"<p {{ x }}>", "refused in an attribute's name"},
      {"<p a{{ x }}=\"\">", "refused in an attribute's name"},
      {"<p a {{ x }}>", "refused in an attribute's name"},
      {"<p title={{ x }}>", "refused in title without quotes. Write title=\"{{ … }}\""},
      {"<p title=a{{ x }}>", "refused in title without quotes"},
      {"<a href=\"javascript:f({{ x }})\">", "refused in href after \"javascript\""},
      {"<a href=\"java\nscript:f({{ x }})\">", "refused in href after \"javascript\""},
      {"<a href=\"&#106;avascript:{{ x }}\">", "only http, https, mailto and tel addresses"},
      {"<a href=\"data:{{ x }}\">", "refused in href after \"data\""},
      {"<a href=\"www.{{ x }}\">", "refused in href after \"www.\". Begin the address with https://"},
      {"<a href=\"java{{ x }}\">", "refused in href after \"java\""},
      {"<img srcset=\"{{ x }} 1x\">", "no field may begin an address in srcset"},
      {"<img srcset=\"https://h/a {{ x }}\">", "no field may begin an address in srcset"},
      {"<p title=\"a", "At the end of the HTML title is not closed with \""},
      {"<p title", "At the end of the HTML the tag <p is not closed"},
      {"<style>", "At the end of the HTML <style> is not closed with </style>"},
      {"<!-- a", "At the end of the HTML a comment is not closed"},
      {"a\n}}", "Line 2: there is a \"}}\" without"},
  };
  for (const auto& row : rows) {
    const auto got = rendered(row.text);
    EXPECT_THAT(got, StartsWith("bad_template: ")) << row.text;
    EXPECT_THAT(got, HasSubstr(row.why)) << row.text;
  }
}

TEST(TemplateHtml, LeavesHtmlWithoutFieldsAsItIs) {
  for (
      const char* text : {
          "<!DOCTYPE html>\n<html><head><style>@media (x){a{width:100%}}</style></head><body>ü & &amp;</body></html>",
          "<!--[if mso]><table><tr><td><![endif]-->a<!--[if !mso]><!-->b<!--<![endif]-->",
          "<!--><p title=\"a>b\">--!><!---->c<!-- - -- --!>",
          "<a href=\"javascript:x\" onclick=\"y\" style='z'>link</a>",
          "<p class=a checked title='\"'/><br/>< a > b <1",
      }) {
    EXPECT_EQ(rendered(text), text);
    EXPECT_EQ(rendered(std::string(text) + "{{ x }}"), std::string(text) + "v") << "and ends in text";
  }
  EXPECT_EQ(rendered("<style>{% raw %}a{b:c}}{% endraw %}</style>{% raw %}}}{% endraw %}"),
            "<style>a{b:c}}</style>}}");
}

TEST(TemplateHtml, BranchesEndInOnePlace) {
  EXPECT_EQ(rendered("<td{% if x %} class=\"a\"{% endif %}>{{ x }}"), "<td class=\"a\">v");
  EXPECT_EQ(rendered("<td {% if none %}class=\"a\"{% else %}nowrap{% endif %} title=\"{{ x }}\">"),
            "<td nowrap title=\"v\">");
  EXPECT_EQ(rendered("{% if x %}<b>{% else %}<i title='a'>{% endif %}{{ x }}"), "<b>v");
  EXPECT_EQ(rendered("<a href=\"{% if none %}https://a/{% else %}http://b/{% endif %}{{ x }}\">"),
            "<a href=\"http://b/v\">");
  EXPECT_EQ(rendered("<a href=\"{% if none %}https://a/{% else %}http://b?c={% endif %}d\">"),
            "<a href=\"http://b?c=d\">");
  EXPECT_THAT(rendered("<a href=\"{% if none %}https://a/{% else %}http://b?c={% endif %}{{ x }}\">"),
              HasSubstr("after branches that end in different parts of the address"));
  EXPECT_THAT(rendered("<a href=\"{% if x %}javascript:{% endif %}{{ x }}\">"),
              HasSubstr("different parts of the address"));
  EXPECT_THAT(rendered("<p title=\"{% if x %}\"{% endif %}>"), HasSubstr("different places of the HTML"));
  EXPECT_THAT(rendered("<p {% if x %}title{% else %}onclick{% endif %}=\"{{ x }}\">"),
              HasSubstr("Put a blank between them"));
  EXPECT_THAT(rendered("<s{% if x %} a{% endif %}cript>{{ x }}"), HasSubstr("Put a blank between them"));
  EXPECT_THAT(rendered("{% case x %}{% when 1 %}<!--{% when 2 %}a{% endcase %}"),
              HasSubstr("different places of the HTML"));
  EXPECT_THAT(rendered("{% if x %}<style>{% endif %}"), HasSubstr("different places of the HTML"));
}

std::string html_skeleton(std::string_view html) {
  std::string kept;
  for (const char c : html) {
    if (std::string_view("<>\"'").contains(c)) kept += c;
  }
  return kept;
}

RC_GTEST_PROP(TemplateHtml, AValueIsNeverMarkup, ()) {
  const auto text = *rc::gen::elementOf(std::vector<std::string>{
      "<p>{{ x }}</p>", "<p title=\"{{ x }}\">", "<p title='{{ x | strip }}'>",
      "<title>{{ x | upcase }}</title>", "<a href=\"https://h/{{ x }}\">",
      "<a href='https://h?a={{ x }}&amp;b={{ x | url_encode }}'>", "<a href=\"mailto:{{ x }}\">",
      "{{ x | escape }}", "{{ x | escape_once }}", "<a href='https://{{ x | url_decode }}'>"});
  const auto pieces = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(
      rc::gen::oneOf(rc::gen::elementOf(std::vector<std::string>{"<", ">", "\"", "'", "&", "&lt;", "%3C",
                                                                 "%22", "/", "-->", "</title>", "\\", "\n",
                                                                 "{{ y }}", "ü", "\xFF", "javascript:", "a"}),
                     rc::gen::arbitrary<std::string>())));
  std::string value = "v";
  for (const auto& piece : pieces) value += piece;
  const auto with_letter = rendered(text);
  const auto with_value = rendered(text, value);
  RC_ASSERT(html_skeleton(with_value) == html_skeleton(with_letter));
}

RC_GTEST_PROP(TemplateHtml, ALinkBeginsWithAKnownScheme, (const std::string& tail)) {
  const auto head = *rc::gen::elementOf(
      std::vector<std::string>{"", " ", "\t", "\x01", "java", "javascript:", "https:", "http://",
                               "data:", "mailto:", "HTTPS://", "//", "&#x6a;", "\\\\", "vbscript:"});
  const auto got = rendered("<a href=\"{{ x }}\">", "" + head + tail);
  if (got.starts_with("<a")) {
    const auto address = lower_ascii(got.substr(9));
    RC_ASSERT(address.starts_with("https://") || address.starts_with("http://") ||
              address.starts_with("mailto:") || address.starts_with("tel:"));
    RC_ASSERT(html_skeleton(got) == "<\"\">");
  } else {
    RC_ASSERT(got.starts_with("unsafe_url") || got.starts_with("unresolved_field"));
  }
}

}  // namespace
}  // namespace postrider

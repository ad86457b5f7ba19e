#include "mail/html_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "base/text.h"
#include "mail/template.h"

namespace postrider {
namespace {

TEST(HtmlText, SaysWhatThePageSays) {
  const struct {
    const char* what;
    const char* html;
    const char* text;
  } rows[] = {
      {"nothing", "", ""},
      {"text alone", "Hello", "Hello\n"},
      {"white space folds", "  a \n\t b  ", "a b\n"},
      {"paragraphs", "<p>a</p>\n\n<p>b</p><p>c", "a\n\nb\n\nc\n"},
      {"lines", "<div>a</div><div>b<br>c<br/>d</div>", "a\nb\nc\nd\n"},
      {"blank lines fold", "a<br><br><br><br>b<p></p><p></p><p>c</p>", "a\n\nb\n\nc\n"},
      {"inline elements", "a<b>b</b> <i>c</i><span> d</span>", "ab c d\n"},
      {"headings", "<h1>Title</h1>text<h2>Next</h2>more", "Title\n\ntext\n\nNext\n\nmore\n"},
      {"head, style, script",
       "<html><head><title>t</title><style>p{}</style></head><body>a<script>b</script>c", "ac\n"},
      {"a head left open", "<head><title>t</title><body>a", "a\n"},
      {"comments", "a<!-- <p>no</p> -->b<!--[if mso]>c<![endif]--><![if !mso]>d<![endif]>", "abd\n"},
      {"script with markup in it", "<script>if (a < b) { x = '</p>'; }</script>a", "a\n"},
      {"declarations", "<!DOCTYPE html><?xml version='1.0'?>a", "a\n"},
      {"link", "See <a href=\"https://x.example/a\">this page</a>.",
       "See this page <https://x.example/a>.\n"},
      {"link that shows itself",
       "<a href='https://x.example/'>x.example</a> <a href=https://y.example>https://y.example</a>",
       "x.example https://y.example\n"},
      {"link within the page", "<a href=\"#top\">top</a> <a name=a>b</a> <a href=\"javascript:x()\">c</a>",
       "top b c\n"},
      {"link to an address",
       "<a href=\"mailto:a@b.example?subject=x\">Write</a> <a href=\"tel:+123\">call</a>",
       "Write <a@b.example> call <+123>\n"},
      {"link's entities", "<a href=\"https://x.example/?a=1&amp;copy=2&copy=3\">x</a>",
       "x <https://x.example/?a=1&copy=2&copy=3>\n"},
      {"link around a picture", "<a href=\"https://x.example\"><img src=a alt=\"Our shop\"></a>",
       "Our shop <https://x.example>\n"},
      {"link without words", "a <a href=\"https://x.example\"><img src=a></a> b", "a https://x.example b\n"},
      {"pictures", "<img src=a alt=\"A cat &amp; a dog\"><img src=b><img alt=''>", "A cat & a dog\n"},
      {"list", "a<ul><li>b<li>c<ul><li>d</li></ul></li></ul>e", "a\n\n- b\n- c\n  - d\n\ne\n"},
      {"numbered list", "<ol><li>a<br>b</li><li>c</li></ol>", "1. a\n   b\n2. c\n"},
      {"quote", "a<blockquote>b<p>c</p></blockquote>d", "a\n\n> b\n>\n> c\n\nd\n"},
      {"table", "<table><tr><th>a<th>b</tr><tr><td>c</td><td> d </td></tr></table>e", "a  b\nc  d\ne\n"},
      {"table for the layout", "<table><tr><td><p>a</p></td><td></td><td><p>b</p></td></tr></table>",
       "a\n\nb\n"},
      {"preformatted", "<pre>  a\n    b\n</pre>c  d", "  a\n    b\n\nc d\n"},
      {"rule", "a<hr>b", "a\n\n----------\n\nb\n"},
      {"entities", "&lt;b&gt; &eacute;&#233;&#xE9; &euro; &#128; &hellip; &nbsp;x &amp;amp; &nosuch; & &;",
       "<b> ééé € € … x &amp; &nosuch; & &;\n"},
      {"entities that are no characters", "&#0;&#xD800;&#x110000;&#99999999999;&#1;",
       "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\n"},
      {"hidden text is kept", "<div style=\"display:none\">Seen in the list &zwnj;&nbsp;&#847;&zwnj;</div>b",
       "Seen in the list\nb\n"},
      {"joiners within a word stay", "می&zwnj;خواهم 👩&zwj;👧", "می\u200Cخواهم 👩\u200D👧\n"},
      {"what is no tag", "1 < 2, a<3 <", "1 < 2, a<3 <\n"},
      {"tags left open", "a<b", "a\n"},
      {"a quote left open", "a<a href=\"b>c", "a\n"},
      {"end tags without a start", "a</p></li></ul></blockquote></a></td>b", "a\n\nb\n"},
  };
  for (const auto& row : rows) EXPECT_EQ(html_to_text(row.html), row.text) << row.what;
}

/// What a reader follows is one address, whichever part is shown.
TEST(HtmlText, ShowsTheAddressThatTheHtmlLinksTo) {
  const std::vector<std::string> columns{"web", "id"};
  const char* links[] = {"{{ web }}", "{{ web }}/{{ id }}?b={{ id }}", "https://x.example/{{ id }}?{{ id }}",
                         "{% if id %}{{ web }}{% else %}https://x.example{% endif %}"};
  for (const std::string link : links) {
    const std::string message = "<a href=\"" + link + "\">x</a>";
    const auto html = Template::compile(message, columns, {.kind = TemplateKind::html});
    const auto text = Template::compile(html_to_text(message), columns);
    ASSERT_TRUE(html && text) << link;
    for (const std::string web :
         {"https://y.example/a b", " http://y.example/<&>\"'\n\xE2\x80\xAE", "HTTPS://\xC3\xBC/%20"}) {
      const std::vector<std::string> values{web, "a b/<&>"};
      const auto as_html = html->render({.values = values});
      const auto as_text = text->render({.values = values});
      ASSERT_TRUE(as_html && as_text) << link << web;
      EXPECT_EQ(*as_text, rendered_html_to_text(*as_html)) << link << " " << web;
    }
    const std::vector<std::string> unsafe{"javascript:x", "a"};
    const bool refused = !html->render({.values = unsafe});
    EXPECT_EQ(!text->render({.values = unsafe}), refused) << link;
  }
}

TEST(HtmlText, LeavesTheTagsOfTheTemplateUnharmed) {
  const struct {
    const char* what;
    const char* html;
    const char* text;
  } rows[] = {
      {"output", "<p>Hi {{ First Name | default: \"<friend> & }\" }},</p>",
       "Hi {{ First Name | default: \"<friend> & }\" }},\n"},
      {"output within a link", "<a href=\"https://x.example/{{ id }}?a={{ b | url_encode }}\">{{ c }}</a>",
       "{{ c }} <https://x.example/{{ id | url_encode | replace: \"+\", \"%20\" | replace: \"%2F\", \"/\" "
       "}}?a={{ b | url_encode }}>\n"},
      {"output within a link's query", "<a href=\"https://x.example?a={{ b }}\">c</a>",
       "c <https://x.example?a={{ b | url_encode | replace: \"+\", \"%20\" }}>\n"},
      {"outputs of a mailto, before and behind its ?",
       "<a href=\"mailto:{{ a }}@x.example?subject={{ b }}\">c</a><p>{{ d }}</p>",
       "c <{{ a }}@x.example>\n\n{{ d }}\n"},
      {"condition that begins before a mailto's ?",
       "<a href=\"mailto:a@x.example{% if b %}?subject={{ b }}{% endif %}\">c</a>{{ d }}", "c{{ d }}\n"},
      {"link that is an output", "<a href=\"{{ url }}\">x</a>", "x <{{ url | whole_url }}>\n"},
      {"link that begins with an output", "<a href=\"{{ url }}/{{ a }}#{{ b }}\">x</a>",
       "x <{{ url | whole_url }}/{{ a | url_encode | replace: \"+\", \"%20\" | replace: \"%2F\", \"/\" "
       "}}#{{ b | url_encode | replace: \"+\", \"%20\" }}>\n"},
      {"link that is one of two outputs", "<a href=\"{% if a %}{{ a }}{% else %}{{ b }}{% endif %}\">x</a>",
       "x <{% if a %}{{ a | whole_url }}{% else %}{{ b | whole_url }}{% endif %}>\n"},
      {"output that is not shown",
       "<p title=\"{{ a }}\" class={{ b }}>c</p><!-- {{ d }} --><style>{{ e }}</style>", "c\n"},
      {"alternative text", "<img alt=\"Dear {{ a }}\" src=\"{{ b }}\">", "Dear {{ a }}\n"},
      {"condition within a line", "a {% if b %}c {% endif %}d", "a {% if b %}c {% endif %}d\n"},
      {"condition around paragraphs",
       "<p>a</p>\n{% if b %}\n<p>c</p>\n{% else %}\n<p>d</p>\n{% endif %}\n<p>e</p>",
       "a\n\n{% if b %}c\n\n{% else %}d\n\n{% endif %}e\n"},
      {"condition that begins a paragraph", "<p>{% if a %}b{% endif %}c</p><p>d</p>",
       "{% if a %}b{% endif %}c\n\nd\n"},
      {"condition around an item", "<ul><li>a</li>{% if b %}<li>c</li>{% endif %}<li>d</li></ul>",
       "- a\n{% if b %}- c\n{% endif %}- d\n"},
      {"condition within an item", "<ul><li>{% if a %}b{% else %}c{% endif %}</li></ul>",
       "- {% if a %}b{% else %}c{% endif %}\n"},
      {"condition within a link",
       "<a href=\"{% if a %}https://x.example{% else %}https://y.example{% endif %}\">b</a>c",
       "b <{% if a %}https://x.example{% else %}https://y.example{% endif %}>c\n"},
      {"condition around the start of a link",
       "{% if a %}<a href=\"https://x.example\">{% else %}<a href=\"https://y.example\">{% endif %}b</a>",
       "{% if a %}https://x.example{% else %}https://y.example{% endif %}b\n"},
      {"condition within a tag", "<p{% if a %} class=b{% endif %}>c</p>", "{% if a %}{% endif %}c\n"},
      {"assignment within what is not shown", "<head>{% assign a = b %}</head>{{ a }}",
       "{% assign a = b %}{{ a }}\n"},
      {"dashes take white space off", "a {{- b -}} c <p>d</p>{%- if e -%} f {%- endif %}",
       "a{{ b }}c\n\nd\n\n{% if e %}f{% endif %}\n"},
      {"comments are gone", "a{% comment %}<p>b</p>{{ c }}{% endcomment %}d", "ad\n"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(html_to_text(row.html), row.text) << row.what;
  }
}

/// The text rendered; it must be a template without fields.
std::string rendered(std::string_view text) {
  const auto compiled = Template::compile(text, {});
  if (!compiled) return "cannot be compiled: " + compiled.error().message;
  const auto out = compiled->render({});
  return out ? *out : "cannot be rendered: " + out.error().message;
}

TEST(HtmlText, MakesNoTagsOfWhatMerelyLooksLikeThem) {
  EXPECT_EQ(html_to_text("&#123;{ a }&#125;"), "{{ \"{{\" }} a {{ \"}}\" }}\n");
  EXPECT_EQ(rendered(html_to_text("<p>&lcub;&lcub; name }</b>} &#123;% if &#37;}</p>")),
            "{{ name }} {% if %}\n");
  EXPECT_EQ(rendered(html_to_text("<pre>&lbrace;&lbrace;&lbrace;%%}}}</pre>")), "{{{%%}}}\n");
  EXPECT_EQ(rendered(html_to_text("&#123;{{ \"a\" }}&#125; {{ \"b\" }}}")), "{a} b}\n");
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

RC_GTEST_PROP(HtmlText, OfAnyHtmlIsATemplateThatCompiles, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"<p>",
                                                  "</p>",
                                                  "<a href=\"",
                                                  "https://x.example/",
                                                  "\">",
                                                  "</a>",
                                                  "<",
                                                  ">",
                                                  "\"",
                                                  "'",
                                                  "=",
                                                  "a",
                                                  " ",
                                                  "\n",
                                                  "&",
                                                  "&#123;",
                                                  "&lcub;",
                                                  "&#125;",
                                                  "%",
                                                  "{",
                                                  "}",
                                                  "<!--",
                                                  "-->",
                                                  "<script>",
                                                  "</script>",
                                                  "<ul>",
                                                  "<li>",
                                                  "</ul>",
                                                  "<blockquote>",
                                                  "</blockquote>",
                                                  "<pre>",
                                                  "</pre>",
                                                  "<td>",
                                                  "<img alt='",
                                                  "<br>",
                                                  "<head>",
                                                  "</head>",
                                                  "ü",
                                                  "\xC0",
                                                  "\x01",
                                                  "&#1;",
                                                  "/"}));
  const std::string html = joined(pieces);
  if (!Template::compile(html, {})) return;  // no template to begin with
  const std::string text = html_to_text(html);
  RC_ASSERT(is_valid_utf8(text));
  RC_ASSERT(text.find("\n\n\n") == text.npos || html.find("<pre>") != html.npos);
  const auto compiled = Template::compile(text, {});
  RC_ASSERT(compiled.has_value());
}

RC_GTEST_PROP(HtmlText, KeepsEveryConditionWhole, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
          "<p>", "</p>", "<div>", "<br>", " ", "a ", "b", "<ul><li>", "</li></ul>", "{% if x %}c{% endif %}",
          "{% if x %}", "{% else %}", "{% endif %}", "{{ x }}", "<a href=\"https://x.example/{{ x }}\">",
          "</a>", "<b title=\"{% if x %}d{% endif %}\">"}));
  const std::string html = joined(pieces);
  const std::vector<std::string> columns{"x"};
  if (!Template::compile(html, columns)) return;
  RC_ASSERT(Template::compile(html_to_text(html), columns).has_value());
}

// 1 MiB of what makes careless readers look at everything again and again; a quadratic one would take
// minutes.
TEST(HtmlText, TakesTheTimeItsInputIsLong) {
  for (const char* piece : {"<",
                            "<a ",
                            "<!--",
                            "<a href=\"",
                            "&",
                            "<script>",
                            "<blockquote>",
                            "<ul><li>",
                            "<a href=https://x>",
                            "\"",
                            "<td>a",
                            "a{",
                            "{",
                            "</",
                            "<b/",
                            "&#",
                            "<pre>\n",
                            "<head>",
                            "{{ x }}",
                            "{% if x %}<p>a"}) {
    std::string html;
    while (html.size() < (1u << 20)) html += piece;
    EXPECT_LE(html_to_text(html).size(), 12u << 20) << piece;
  }
}

}  // namespace
}  // namespace postrider

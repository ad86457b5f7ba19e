#include "mail/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kColumns{"Email", "First Name", "Company", "Größe", "company"};
const std::vector<std::string> kValues{"zoe@example.com", "Zoë", "", "XL", "second"};

std::string rendered(std::string_view text, const std::vector<std::string>& values = kValues) {
  const auto made = Template::compile(text, kColumns);
  if (!made) return "error: " + made.error().message;
  const auto out = made->render({.values = values});
  return out ? *out : "error: " + out.error().message;
}

TEST(Template, PutsValuesInWhateverTheirSpelling) {
  const struct {
    const char* text;
    const char* result;
  } rows[] = {
      {"", ""},
      {"No field at all.", "No field at all."},
      {"{{First Name}}", "Zoë"},
      {"{{ first_name }}{{FIRST-NAME}}{{  first \t name}}", "ZoëZoëZoë"},

      {"{{ größe }}/{{GRÖße}}", "XL/XL"},
      {"a{{ company }}b", "error: {{Company}} is empty and has no default."},
      {"a{{ company | default: \"your firm\" }}b", "ayour firmb"},
      {"a{{company|default:'it''s'}}b", "error: Line 1: a field is not closed"},
      {"a{{company|default:'say \"hi\" }} now'}}b", "asay \"hi\" }} nowb"},
      {"{{ first name | default: \"there\" }}", "Zoë"},
      {"{{ company | default: \"\" }}.", "."},
      {"{{\n  company\n  | default:\n \"x\"\n}}", "x"},
      {"{{ company |\n default:\n \"x\"\n}}", "x"},
      {"{ single } and {one}", "{ single } and {one}"},
      {"{{ \"{{\" }} and {{ '}}' }} and {{ \"{%\" }}", "{{ and }} and {%"},
  };
  for (const auto& row : rows) {
    const std::string got = rendered(row.text);
    if (std::string_view(row.result).starts_with("error: ")) {
      EXPECT_TRUE(got.starts_with("error: ")) << row.text << " gave " << got;
    } else {
      EXPECT_EQ(got, row.result) << row.text;
    }
  }
}

TEST(Template, NamesTheLineOfWhatIsWrong) {
  const struct {
    const char* text;
    const char* error;
  } rows[] = {
      {"one\ntwo {{ email", "Line 2: a field is not closed"},
      {"{{ email }", "Line 1: a field is not closed"},
      {"{{ first\nname }}", "Line 1: a field is not closed with \"}}\", or its name has two lines"},
      {"\n\n{{ }}", "Line 3: a field has no name"},
      {"{{}}", "Line 1: a field has no name"},
      {"{{{ email }}}", "Line 1: a field's name cannot hold a brace"},
      {"{{ email }}}", "Line 1: a field is closed with too many braces"},
      {"{{ {{ email }} }}", "Line 1: a field is not closed"},
      {"a\nb }} c", "Line 2: there is a \"}}\" without"},
      {"a\n{{ email | upper }}", "Line 2: the filter \"upper\" is unknown. The filters are: abs, append"},
      {"{{ email | }}", "Line 1: after \"|\" the name of a filter must follow"},
      {"{{ email | default }}", "Line 1: the filter \"default\" takes one value"},
      {"{{ email | default: }}", "Line 1: the filter \"default\" lacks what must follow its colon"},
      {"{{ email | default: “there” }}", "Line 1: a text must stand in straight quotes"},
      {"{{ “there” }}", "Line 1: a text must stand in straight quotes"},
      {"{{ email | default: \"there }}", "Line 1: a text is not closed with \""},
      {"{{ name=\"there }}", "Line 1: a text is not closed with \""},
      {"{{ email | default: 'a', 'b' }}", "Line 1: the filter \"default\" takes one value"},
      {"{{ 'a' 'b' }}", "Line 1: \"'b'\" is not understood here"},
      {"{{ [email] }}", "Line 1: between [ and ] a field's name must stand in quotes"},
      {"{{ [\"email\" }}", "Line 1: a field's name is not closed with \"]\""},
      {"{% if email", "Line 1: a tag is not closed with \"%}\""},
      {"{% ifEmail %}{% endif %}", "Line 1: "},
  };
  for (const auto& row : rows) {
    const auto made = Template::compile(row.text, kColumns);
    ASSERT_FALSE(made) << row.text;
    EXPECT_EQ(made.error().code, "bad_template");
    EXPECT_THAT(made.error().message, HasSubstr(row.error)) << row.text;
  }
}

TEST(Template, NamesAllUnknownFieldsAndTheColumns) {
  const auto made = Template::compile("Hi {{ nmae }},\n{{ email }} {{ frim }}", kColumns);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "unknown_field");
  EXPECT_THAT(made.error().message, HasSubstr("{{ nmae }} (line 1), {{ frim }} (line 2)"));
  EXPECT_THAT(made.error().message, HasSubstr("Email, First Name, Company, Größe, company."));
}

TEST(Template, SaysThatAnUnknownArgumentWasPerhapsMeantAsAText) {
  const auto made = Template::compile("{{ email | default: there }}", kColumns);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, "unknown_field");
  EXPECT_THAT(made.error().message, HasSubstr("there (line 1; a text must stand in quotes)"));
}

TEST(Template, TakesNamesThatMeanSomethingElseInBrackets) {
  const std::vector<std::string> columns{"2024", "Terms and Conditions", "a|b", "true"};
  const std::vector<std::string> values{"v1", "v2", "v3", "v4"};
  const auto result = [&](std::string_view text) {
    const auto made = Template::compile(text, columns);
    return made ? made->render({.values = values}).value() : made.error().message;
  };
  EXPECT_EQ(result("{{ [\"2024\"] }} {{ ['a|b'] }} {{ [\"true\"] }}"), "v1 v3 v4");
  EXPECT_EQ(result("{{ Terms and Conditions }}"), "v2");
  EXPECT_EQ(result("{% if [\"terms and conditions\"] == 'v2' %}yes{% endif %}"), "yes");
  EXPECT_THAT(result("{{ 2024 }}"), HasSubstr("2024 is a value of its own and also a column"));
  EXPECT_THAT(result("{{ true }}"), HasSubstr("{{ [\"true\"] }}"));
  EXPECT_EQ(result("{{ 2025 }} {{ false }}"), "2025 false");
}

TEST(Template, RefusesARecipientWhoseFieldIsEmpty) {
  const auto made = Template::compile("Hi\n{{ first name }}", kColumns);
  const auto out = made->render({.values = std::vector<std::string>{"", "\u00a0 \t"}});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, "unresolved_field");
  EXPECT_EQ(out.error().message, "Line 2: {{First Name}} is empty and has no default.");
}

TEST(Template, MakesOneLineOfWhatIsPutIntoAHeader) {
  const auto made = Template::compile("To {{ first name }}\n!", kColumns, {.kind = TemplateKind::line});
  const auto line = [&](std::string value) {
    return made->render({.values = std::vector{value, value}}).value();
  };
  EXPECT_EQ(line("a\r\nBcc: x@y"), "To a  Bcc: x@y !");
  EXPECT_EQ(line(std::string("a\0b\x7f\tc", 6)), "To a b  c !");
  EXPECT_EQ(line("a\u0085b\u2028c\u2029d"), "To a b c d !");
  EXPECT_EQ(line("Zoë 名前"), "To Zoë 名前 !");
}

TEST(Template, FindsItsTags) {
  const auto found = [](std::string_view text) {
    std::string all;
    for (const auto& span : template_tags(text))
      all += "<" + std::string(text.substr(span.begin, span.end - span.begin)) + ">";
    return all;
  };
  EXPECT_EQ(found(""), "");
  EXPECT_EQ(found("a{{ b }}c{% if d %}e{% endif %}"), "<{{ b }}><{% if d %}><{% endif %}>");
  EXPECT_EQ(found("{{ '}}' }}{{ it's }}{{ \"a\" }}"), "<{{ '}}' }}><{{ it's }}><{{ \"a\" }}>");
  EXPECT_EQ(found("{% raw %}{{ a }}{%- endraw -%}{% comment %}{{ b {% endcomment %}x"),
            "<{% raw %}{{ a }}{%- endraw -%}><{% comment %}{{ b {% endcomment %}>");
  EXPECT_EQ(found("{{ a }} {{ b {{ c }}"), "<{{ a }}>");
  EXPECT_EQ(found("{{ a }} {% raw %} {{ b }}"), "<{{ a }}>");
  EXPECT_EQ(found("{ {a} {{"), "");
}

TEST(Template, ListsAtMostTwentyColumns) {
  std::vector<std::string> columns;
  for (int i = 1; i <= 25; ++i) columns.push_back("column" + std::to_string(i));
  const auto made = Template::compile("{{ x }}", columns);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("column20 and 5 more."));
  EXPECT_THAT(made.error().message, Not(HasSubstr("column21")));
  EXPECT_THAT(Template::compile("{{ x }}", {}).error().message, HasSubstr("no columns"));
}

TEST(Template, TakesTheFirstOfTwoColumnsWithOneKey) {
  EXPECT_EQ(rendered("{{ COMPANY }}", {"", "", "first", "", "second"}), "first");
}

TEST(Template, NeverScansAValueAgain) {
  EXPECT_EQ(rendered("{{ first name }}", {"", "{{ email }} {% x %} {{"}), "{{ email }} {% x %} {{");
}

TEST(Template, CountsABlankOrMissingValueAsEmpty) {
  EXPECT_EQ(rendered("{{ company | default: 'x' }}", {"", "", " \t"}), "x");
  EXPECT_EQ(rendered("{{ company | default: 'x' }}", {}), "x");
  EXPECT_EQ(rendered("[{{ first name }}]", {"", "  Zoë "}), "[  Zoë ]");
}

TEST(Template, KnowsWhichColumnsMustNotBeEmpty) {
  const auto made =
      Template::compile("{{ company | default: 'x' }} {{ größe }} {{ email }} {{ Größe }}", kColumns);
  ASSERT_TRUE(made);
  EXPECT_THAT(made->required_columns(), ElementsAre(3, 0));
  const auto both = Template::compile("{{ company | default: 'x' }} {{ company }}", kColumns);
  EXPECT_THAT(both->required_columns(), ElementsAre(2)) << "one use without a default is enough";
}

TEST(Template, ListsItsFieldsOnce) {
  const auto fields = Template::fields("{{ b }} {{ a | default: 'x' }} {{ B }} {{ 'c' }}");
  ASSERT_TRUE(fields);
  EXPECT_THAT(*fields, ElementsAre("b", "a"));
  EXPECT_FALSE(Template::fields("{{"));
}

TEST(Template, HasLimits) {
  EXPECT_TRUE(Template::compile(std::string(1 << 20, 'a'), kColumns));
  EXPECT_FALSE(Template::compile(std::string((1 << 20) + 1, 'a'), kColumns));
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "{{email}}";
  EXPECT_TRUE(Template::compile(many, kColumns));
  EXPECT_FALSE(Template::compile(many + "{{email}}", kColumns));
}

TEST(FieldKey, MakesSpellingsEqual) {
  EXPECT_EQ(field_key("  First__Name- "), "first name");
  EXPECT_EQ(field_key("PRÉNOM"), field_key("prénom"));
  EXPECT_EQ(field_key("ИМЯ"), field_key("имя"));
  EXPECT_EQ(field_key("ŻÓŁĆ"), field_key("żółć"));
  EXPECT_EQ(field_key("ΟΝΟΜΑ"), field_key("ονομα"));
  EXPECT_EQ(field_key("\xEF\xBB\xBF"
                      "Email\xC2\xA0"),
            "email");
  EXPECT_EQ(field_key("名前"), "名前");
  EXPECT_NE(field_key("×"), field_key("÷"));
}

RC_GTEST_PROP(FieldKey, OfAKeyIsTheKey, (const std::string& text)) {
  RC_ASSERT(field_key(field_key(text)) == field_key(text));
}

/// With a field that is no column.
Result<std::string> with_link(std::string_view text, TemplateKind kind = TemplateKind::text,
                              std::string_view link = "https://a.example/u/x") {
  const std::vector<std::string> columns{"Email", "Unsubscribe URL"};
  const std::vector<std::string> values{"zoe@example.com", "javascript:alert(1)"};
  const auto made = Template::compile(text, columns, {.kind = kind, .own_field = "unsubscribe_url"});
  if (!made) return std::unexpected(made.error());
  EXPECT_TRUE(made->required_columns().empty());
  return made->render({.values = values, .own_field = link});
}

TEST(Template, AFieldOfOurOwnGoesBeforeColumnsAndVariables) {
  EXPECT_EQ(with_link("{{ unsubscribe_url }}|{{Unsubscribe-URL}}|{{ [\"unsubscribe url\"] }}").value(),
            "https://a.example/u/x|https://a.example/u/x|https://a.example/u/x");
  EXPECT_EQ(with_link("{% assign unsubscribe_url = 'mine' %}{{ unsubscribe_url | upcase }}").value(),
            "HTTPS://A.EXAMPLE/U/X");
  EXPECT_EQ(with_link("{% if unsubscribe_url %}yes{% endif %}").value(), "yes");
  EXPECT_EQ(with_link("<a href=\"{{ unsubscribe_url }}\">x</a>", TemplateKind::html).value(),
            "<a href=\"https://a.example/u/x\">x</a>");
  EXPECT_EQ(with_link("<a href=\"{{ unsubscribe_url }}\">x</a>", TemplateKind::html,
                      "mailto:a@b.example?subject=unsubscribe%20x")
                .value(),
            "<a href=\"mailto:a@b.example?subject=unsubscribe%20x\">x</a>");
}

TEST(Template, AFieldOfOurOwnIsAlwaysThereAndAlwaysALink) {
  const std::vector<std::string> columns{"Email"};
  const auto compile = [&](std::string_view text) {
    return Template::compile(text, columns, {.kind = TemplateKind::html, .own_field = "unsubscribe_url"})
        .value();
  };
  const auto link = compile("<a href=\"{{ unsubscribe_url }}\">x</a>");
  EXPECT_FALSE(link.depends_on_row());
  EXPECT_TRUE(link.uses_own_field());
  EXPECT_TRUE(compile("<a href=\"{{ unsubscribe_url | upcase }}\">x</a>").depends_on_row());
  EXPECT_FALSE(compile("<a href=\"https://x.example\">{{ email }}</a>").uses_own_field());
  EXPECT_FALSE(Template::compile("{{ unsubscribe_url }}", columns));
}

}  // namespace
}  // namespace postrider

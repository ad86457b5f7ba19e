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
      {"{{\n  company\n  | default:\n \"x\"\n}}", "error: Line 1: a field is not closed"},
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
      {"{{ email\n}}", "Line 1: a field is not closed"},
      {"\n\n{{ }}", "Line 3: a field has no name"},
      {"{{}}", "Line 1: a field has no name"},
      {"{{{ email }}}", "Line 1: a field's name cannot hold a brace"},
      {"{{ email }}}", "Line 1: a field is closed with too many braces"},
      {"{{ {{ email }} }}", "Line 1: a field's name cannot hold a brace"},
      {"a\nb }} c", "Line 2: there is a \"}}\" without"},
      {"{% if x %}", "Line 1: tags such as {% if %}"},
      {"{{- email -}}", "Line 1: \"{{-\" is not supported"},
      {"a\n{{ email | upcase }}", "Line 2: the filter \"upcase\" is unknown"},
      {"{{ email | }}", "Line 1: the filter \"\" is unknown"},
      {"{{ email | default }}", "Line 1: after \"default\" a colon"},
      {"{{ email | default: there }}", "Line 1: a text must stand in straight quotes"},
      {"{{ email | default: “there” }}", "Line 1: a text must stand in straight quotes"},
      {"{{ email | default: \"there }}", "Line 1: a text is not closed with \""},
      {"{{ email | default: 'a' | default: 'b' }}", "Line 1: a field takes one filter only"},
      {"{{ 'a' | default: 'b' }}", "Line 1: a text takes no filter"},
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

RC_GTEST_PROP(Template, WithoutBracesRendersAsItself, (const std::string& text)) {
  RC_PRE(text.find_first_of("{}") == std::string::npos);
  const auto made = Template::compile(text, kColumns);
  RC_ASSERT(made && made->render({.values = kValues}) == text);
}

RC_GTEST_PROP(Template, OfHostilePiecesIsReadOrRefused, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::elementOf(std::vector<std::string>{"{{", "}}", "{", "}", "|", "default", ":", "\"", "'",
                                                  "email", " ", "\n", "{%", "-", "\xFF", "first name"}));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  const auto made = Template::compile(text, kColumns);
  if (made) (void)made->render({.values = kValues});
}

}  // namespace
}  // namespace postrider

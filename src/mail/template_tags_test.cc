#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mail/template.h"

namespace postrider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kColumns{"First Name", "Company", "amount", "vip", "none", "other amount"};
const std::vector<std::string> kValues{"Zoë", "ACME", "20", "TRUE", "", "100"};

std::string rendered(std::string_view text) {
  const auto made = Template::compile(text, kColumns);
  if (!made) return "error: " + made.error().message;
  const auto out = made->render({.values = kValues});
  return out ? *out : out.error().code;
}

/// Whether a condition holds.
bool holds(const std::string& condition) {
  const auto text = rendered("{% if " + condition + " %}yes{% else %}no{% endif %}");
  EXPECT_TRUE(text == "yes" || text == "no") << condition << " gave " << text;
  return text == "yes";
}

TEST(TemplateTags, Conditions) {
  const struct {
    const char* condition;
    bool holds;
  } rows[] = {
      {"first name", true},
      {"none", false},
      {"true", true},
      {"false", false},
      {"nil", false},
      {"\"\"", false},
      {"\"text\"", true},
      {"first name == 'Zoë'", true},
      {"First_Name=='Zoë'", true},
      {"first name == 'zoë'", false},
      {"first name != 'zoë'", true},
      {"company contains 'CM'", true},
      {"company contains 'cm'", false},
      {"amount contains 2", true},
      {"none contains 'a'", false},
      {"none == blank", true},
      {"none == empty", true},
      {"none == nil", true},
      {"none == ''", true},
      {"company != blank", true},
      {"none == company", false},
      {"amount == 20", true},
      {"amount == 20.0", true},
      {"amount == '20.0'", false},
      {"amount > 9", true},
      {"amount < 100", true},
      {"amount <= 20", true},
      {"amount >= 20.5", false},
      {"amount < other amount", true},  // as numbers: as texts it would not be
      {"first name > 5", false},
      {"first name <= 5", false},
      {"'abc' < 'abd'", true},
      {"none < 5", false},
      {"none >= 5", false},
      {"vip == true", true},
      {"vip == false", false},
      {"company == true", false},
      {"true == true", true},
      {"none and company", false},
      {"none or company", true},
      {"false and false or true", false},  // from the right: false and (false or true)
      {"true or false and false", true},
      {"company == 'ACME' and amount > 10 and first name", true},
      {"none == blank and company == 'x' or first name contains 'Z'", true},
  };
  for (const auto& row : rows) EXPECT_EQ(holds(row.condition), row.holds) << row.condition;
}

TEST(TemplateTags, Branches) {
  const struct {
    const char* text;
    const char* result;
  } rows[] = {
      {"{% if none %}a{% elsif company %}b{% else %}c{% endif %}", "b"},
      {"{% if none %}a{% elsif none %}b{% else %}c{% endif %}", "c"},
      {"{% if none %}a{% elsif none %}b{% endif %}d", "d"},
      {"{% if company %}{{ company }}{% if none %}x{% else %}y{% endif %}{% endif %}", "ACMEy"},
      {"{% unless none %}a{% else %}b{% endunless %}", "a"},
      {"{% unless company %}a{% elsif amount %}b{% endunless %}", "b"},
      {"{% case company %}{% when 'x' %}1{% when 'y', 'ACME' %}2{% when 'ACME' %}3{% else %}4{% endcase %}",
       "2"},
      {"{% case amount %} \n {% when 1 or 20 %}few{% endcase %}", "few"},
      {"{% case none %}{% when 'x' %}1{% else %}4{% endcase %}", "4"},
      {"{% case none %}{% when blank %}1{% endcase %}", "1"},
      {"{% if none %}{{ none }}{% endif %}.", "."},
      {"{% if company %}{{ none }}{% endif %}.", "unresolved_field"},
      {"{% comment %} {{ broken {% if %} {% endcomment %}a{% # a note %}b", "ab"},
      {"{% raw %}{{ company }} {% x %}{% endraw %}", "{{ company }} {% x %}"},
      {"{% assign n = company | downcase %}{{ n }}{{ n | upcase }}", "acmeACME"},
      {"{% assign company = company | append: '!' %}{{ company }}", "ACME!"},
      {"{% assign x = x1 %}{{ x }}", "error: No column matches {{ x1 }} (line 1)."},
      {"{% if none %}{% assign company = 'b' %}{% endif %}{{ company }}", "ACME"},
      {"{% if none %}{% assign y = 'b' %}{% endif %}{{ y }}", "unresolved_field"},
      {"{% if none %}{% assign y = 'b' %}{% endif %}{{ y | default: 'z' }}", "z"},
      {"{% assign y = none %}{% if y %}a{% endif %}{{ y | default: 'z' }}", "z"},
      {"{% assign y = 5 | plus: amount %}{% if y > 24 %}{{ y }}{% endif %}", "25"},
      {"{% assign My Word = 'a' %}{{ my_word }}{% assign my word = my word %}{{ My-Word }}", "aa"},
  };
  for (const auto& row : rows)
    EXPECT_TRUE(rendered(row.text).starts_with(row.result)) << row.text << "\n" << rendered(row.text);
}

TEST(TemplateTags, WhiteSpaceControl) {
  EXPECT_EQ(rendered("a \n {{- company -}} \t b"), "aACMEb");
  EXPECT_EQ(rendered("a \n {{- company }} \t b"), "aACME \t b");
  EXPECT_EQ(rendered("a \n {%- if company -%} \n b \n {%- endif -%} \n c"), "abc");
  EXPECT_EQ(rendered("a {%- comment -%} x {%- endcomment -%} b"), "ab");
  EXPECT_EQ(rendered("a {%- raw -%} x {%- endraw -%} b"), "axb");
}

TEST(TemplateTags, ErrorsNameTheLine) {
  const struct {
    const char* text;
    const char* error;
  } rows[] = {
      {"\n{% if company %}", "Line 2: {% if %} has no {% endif %}."},
      {"{% endif %}", "Line 1: {% endif %} has no {% if %} before it."},
      {"{% if company %}\n{% endunless %}", "Line 2: {% endunless %} cannot end the {% if %} of line 1."},
      {"{% else %}", "Line 1: {% else %} has no {% if %} before it."},
      {"{% when 1 %}", "Line 1: {% when %} has no {% case %} before it."},
      {"{% if company %}{% when 1 %}{% endif %}", "Line 1: {% when %} has no {% case %} before it."},
      {"{% if company %}{% else %}{% elsif company %}{% endif %}", "{% elsif %} cannot follow {% else %}."},
      {"{% if company %}{% else company %}{% endif %}", "nothing may follow \"else\" in its tag."},
      {"{% if %}{% endif %}", "a condition lacks what is to be compared."},
      {"{% if company == %}{% endif %}", "a comparison lacks its right side."},
      {"{% if company = 'x' %}{% endif %}", "to compare write \"==\"."},
      {"{% if company and %}{% endif %}", "a condition lacks what is to be compared."},
      {"{% if and company %}{% endif %}", "a condition lacks what is to be compared."},
      {"{% if company == 'x' 'y' %}{% endif %}", "\"'y'\" is not understood here."},
      {"{% if “x” %}{% endif %}", "straight quotes"},
      {"{% case company %}text{% when 1 %}{% endcase %}", "between {% case %} and its first {% when %}"},
      {"{% case company %}{% endcase %}", "{% case %} has no {% when %}."},
      {"{% case %}{% when 1 %}{% endcase %}", "\"case\" lacks the field to look at."},
      {"{% case company %}{% when %}{% endcase %}", "\"when\" lacks a value, such as \"text\"."},
      {"{% for a in b %}", "there is no tag {% for a in b %}. The tags are if, elsif"},
      {"{% include 'x' %}", "there is no tag {% include 'x' %}."},
      {"{% %}", "there is no tag {%  %}."},
      {"{% raw %}", "{% raw %} has no {% endraw %}."},
      {"{% comment %}", "{% comment %} has no {% endcomment %}."},
      {"{% endraw %}", "{% endraw %} has no {% raw %} before it."},
      {"{% assign x %}", "\"assign\" reads: {% assign name = value %}."},
      {"{% assign 'x' = 1 %}", "cannot be the name of a variable."},
      {"{% assign 5 = 1 %}", "cannot be the name of a variable."},
      {"{% assign x = company | escape %}", "belong to a field's {{ … }}, not to \"assign\"."},
      {"a\nb }} c", "Line 2: there is a \"}}\" without"},
  };
  for (const auto& row : rows) EXPECT_THAT(rendered(row.text), HasSubstr(row.error)) << row.text;
}

TEST(TemplateTags, AreEightDeepAtMost) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "{% if company %}";
    for (int i = 0; i < depth; ++i) text += "{% endif %}";
    return rendered(text);
  };
  EXPECT_EQ(nested(8), "");
  EXPECT_THAT(nested(9), HasSubstr("nested more than 8 deep"));
}

TEST(TemplateTags, SayWhichColumnsEveryEmailNeeds) {
  const auto made = [](std::string_view text) { return Template::compile(text, kColumns).value(); };
  const struct {
    const char* text;
    std::vector<std::size_t> required;
    bool depends_on_row;
  } rows[] = {
      {"{{ company }}", {1}, false},
      {"{{ company | upcase | default: 'x' }}", {}, false},
      {"{{ company | default: first name }}", {}, true},
      {"{{ company | default: first name | default: 'x' }}", {}, false},
      {"{{ 'a' | append: company }}", {1}, false},
      {"{% if company %}{{ company }}{% endif %}", {}, true},
      {"{{ company }}{% if company %}{{ company }}{% endif %}", {1}, false},
      {"{% if company %}x{% endif %}", {}, false},
      {"{% assign x = company %}{{ x }}", {1}, false},
      {"{% assign x = company | default: 'x' %}{{ x }}", {}, false},
      {"{% if amount %}{% assign x = 'y' %}{% endif %}{{ x }}", {}, true},
      {"{% if amount %}{% assign company = 'y' %}{% endif %}{{ company }}", {}, true},
      {"{% assign x = company %}", {}, false},
      {"{{ amount | plus: 1 }}", {2}, true},
      {"{{ company | date: '%Y' }}", {1}, true},
      {"{{ 'now' | date: '%Y' }}", {}, false},
      {"{{ company | truncate: 5 }}", {1}, false},
      {"{{ company | truncate: amount }}", {1, 2}, true},
  };
  for (const auto& row : rows) {
    const auto one = made(row.text);
    EXPECT_THAT(std::vector(one.required_columns().begin(), one.required_columns().end()),
                testing::ElementsAreArray(row.required))
        << row.text;
    EXPECT_EQ(one.depends_on_row(), row.depends_on_row) << row.text;
  }
  EXPECT_FALSE(Template().depends_on_row());
  EXPECT_EQ(Template().render({}), "");
}

TEST(TemplateTags, ListFieldsOfConditionsToo) {
  const auto fields =
      Template::fields("{% if a b == 'x' %}{{ c | append: d }}{% endif %}{% assign e = f %}{{ e }}");
  ASSERT_TRUE(fields);
  EXPECT_THAT(*fields, ElementsAre("a b", "c", "d", "f"));
  EXPECT_THAT(Template::fields("text").value(), IsEmpty());
}

}  // namespace
}  // namespace postrider

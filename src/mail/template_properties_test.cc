// What holds of any template and any value.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "base/text.h"
#include "mail/template.h"

namespace postrider {
namespace {

const std::vector<std::string> kColumns{"Email", "First Name", "amount"};
constexpr std::array kKinds{TemplateKind::line, TemplateKind::text, TemplateKind::html};

TemplateKind any_kind() {
  return *rc::gen::elementOf(kKinds);
}

/// Pieces of the language in any order, now and then a piece of anything.
std::string any_template() {
  static const std::vector<std::string> kPieces{"{{",
                                                "}}",
                                                "{%",
                                                "%}",
                                                "{{ email }}",
                                                "{{ first name }}",
                                                "{% if email %}",
                                                "{% endif %}",
                                                "{% else %}",
                                                "{% elsif amount > 5 %}",
                                                "{% unless amount %}",
                                                "{% endunless %}",
                                                "{% case email %}",
                                                "{% when 'a' %}",
                                                "{% endcase %}",
                                                "{% assign x = email | upcase %}",
                                                "{{ x }}",
                                                "{% raw %}",
                                                "{% endraw %}",
                                                "{% comment %}",
                                                "{% endcomment %}",
                                                "{{-",
                                                "-}}",
                                                "{%-",
                                                "-%}",
                                                "|",
                                                "default",
                                                ":",
                                                "\"",
                                                "'",
                                                "email",
                                                "first name",
                                                "[",
                                                "]",
                                                ",",
                                                "==",
                                                "contains",
                                                "and",
                                                "or",
                                                "amount",
                                                "1.5",
                                                "-",
                                                " ",
                                                "\n",
                                                "\xFF",
                                                "replace: 'a', 'b'",
                                                "| date: '%Y'",
                                                "| truncate: amount",
                                                "| split: ' ' | first",
                                                "| url_encode",
                                                "<",
                                                ">",
                                                "<a href=\"",
                                                "<p title='",
                                                "<style>",
                                                "</style>",
                                                "<!--",
                                                "-->",
                                                "=",
                                                "/",
                                                "https://",
                                                "?",
                                                "<title>",
                                                "</title>",
                                                "ü"};
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::weightedOneOf<std::string>(
      {{12, rc::gen::elementOf(kPieces)}, {1, rc::gen::arbitrary<std::string>()}}));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

RC_GTEST_PROP(AnyTemplate, IsReadOrRefused, (const std::vector<std::string>& values)) {
  const auto text = any_template();
  const auto made = Template::compile(text, kColumns, {.kind = any_kind()});
  if (!made) {
    RC_ASSERT(!made.error().message.empty() && is_valid_utf8(made.error().message));
    return;
  }
  const auto out = made->render({.values = values});
  if (out) {
    RC_ASSERT(out->size() <= 1U << 20);
  } else {
    RC_ASSERT(!out.error().message.empty() && is_valid_utf8(out.error().message));
  }
}

RC_GTEST_PROP(AnyTemplate, HasTagsThatStandApart, ()) {
  const auto text = any_template();
  std::size_t end = 0;
  for (const auto& span : template_tags(text)) {
    RC_ASSERT(span.begin >= end && span.begin < span.end && span.end <= text.size());
    RC_ASSERT(text.substr(span.begin, 2) == "{{" || text.substr(span.begin, 2) == "{%");
    end = span.end;
  }
}

RC_GTEST_PROP(AnyTemplate, OfOneLineMakesOneLine, (const std::vector<std::string>& values)) {
  const auto made = Template::compile(any_template(), kColumns, {.kind = TemplateKind::line});
  if (!made) return;
  const auto out = made->render({.values = values});
  if (!out) return;
  for (const char c : *out) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

/// Whether a row can be mailed is known before it is rendered.
RC_GTEST_PROP(AnyTemplate, ThatDoesNotDependOnTheRowNeedsItsRequiredColumnsOnly, ()) {
  const auto made = Template::compile(any_template(), kColumns, {.kind = any_kind()});
  if (!made || made->depends_on_row()) return;
  const std::vector<std::string> values{"a@b.example", "Zoë", "12"};
  RC_ASSERT(made->render({.values = values}).has_value());
  std::vector<std::string> needed(3);
  for (const auto column : made->required_columns())
    needed[column] = *rc::gen::elementOf(std::vector<std::string>{"x", "-", "0"});
  RC_ASSERT(made->render({.values = needed}).has_value());
}

RC_GTEST_PROP(Template, WithoutBracesRendersAsItself, (const std::string& text)) {
  RC_PRE(text.find_first_of("{}") == std::string::npos);
  const auto made = Template::compile(text, kColumns);
  RC_ASSERT(made && made->render({}).value() == text);
}

RC_GTEST_PROP(Template, NeverScansAValueAgain, (const std::string& tail)) {
  const auto head = *rc::gen::elementOf(
      std::vector<std::string>{"{{ email }}", "{% raw %}", "}}", "{{ x | default: 'y' }}", "{% if %}", "v"});
  const auto made = Template::compile("{{ first name }}|{{ first name | append: '' }}", kColumns);
  const std::vector<std::string> values{"no", head + tail, "no"};
  RC_ASSERT(made->render({.values = values}).value() == head + tail + "|" + head + tail);
}

RC_GTEST_PROP(Template, DecodesWhatItHasEncoded, (const std::string& tail)) {
  const auto made = Template::compile("{{ email | url_encode | url_decode }}", kColumns);
  RC_ASSERT(made->render({.values = std::vector{"v" + tail}}).value() == "v" + tail);
}

}  // namespace
}  // namespace postrider

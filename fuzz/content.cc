// A campaign's content, converted around its tags once: a text from HTML, HTML from Markdown. What
// looked like text stays text and never becomes a tag of the template; Markdown never becomes markup
// that acts.

#include <string>
#include <vector>

#include "base/text.h"
#include "fuzz/html_reader.h"
#include "fuzz/targets.h"
#include "mail/html_text.h"
#include "mail/markdown.h"
#include "mail/template.h"

namespace postrider::fuzz {
namespace {

/// The fields of `made`, which came from `source`, are among those of `source`; a source without
/// mistakes makes a template without mistakes.
void check_fields(std::string_view source, std::string_view made) {
  const auto before = Template::fields(source);
  if (!before) return;
  const auto after = Template::fields(made);
  if (!after) throw BrokenPromise("a template became a broken one: " + after.error().message);
  for (const auto& field : *after) {
    bool known = false;
    for (const auto& one : *before) known = known || field_key(one) == field_key(field);
    if (!known) throw BrokenPromise("text became a field: " + one_line(field));
  }
}

/// Rendered, because a tag may hold anything between its quotes.
void check_harmless(std::string_view html) {
  const std::vector<std::string> columns{"First Name", "email", "n"};
  const std::vector<std::string> values{"Ana", "https://example.com/", "3"};
  const auto made = Template::compile(html, columns, {.kind = TemplateKind::html});
  if (!made) return;
  const auto out = made->render({.values = values});
  if (!out) return;
  if (const auto what = acting(*out); !what.empty()) throw BrokenPromise("Markdown became " + what);
}

}  // namespace

void try_content(std::string_view bytes) {
  const std::string text = html_to_text(bytes);
  require(text.size() <= 1'000 + 40 * bytes.size(), "a text grows with its HTML only");
  require(!is_valid_utf8(bytes) || is_valid_utf8(text), "a text from UTF-8 is UTF-8");
  require(html_to_text(bytes) == text, "converting again gives the same");
  check_fields(bytes, text);

  const auto html = markdown_to_html(bytes);
  if (!html) {
    require(!html.error().code.empty() && !html.error().message.empty(), "an error says what is wrong");
    return;
  }
  require(html->size() <= 4'000 + 100 * bytes.size(), "HTML grows with its Markdown only");
  require(!is_valid_utf8(bytes) || is_valid_utf8(*html), "HTML from UTF-8 is UTF-8");
  check_fields(bytes, *html);
  check_harmless(*html);
}

}  // namespace postrider::fuzz

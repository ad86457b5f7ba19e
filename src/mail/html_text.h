#pragma once
// The text part of an HTML message, made from the HTML: what a reader without HTML should see.
// Works on a template, once per campaign: {{ fields }} and {% tags %} come out unharmed and in
// order, those in attributes with them where the attribute is shown. Pure; linear in its input.

#include <string>
#include <string_view>

namespace postrider {

/// Links become `text <url>`, images their alternative text, lists lines with `-` or numbers,
/// headings and paragraphs blocks with a blank line between, cells of a table follow each other,
/// rows are lines. Style, script, head and comments are dropped. Never fails: what is broken HTML
/// is read about as browsers do. Text that merely looks like a tag stays text.
std::string html_to_text(std::string_view html_template);

/// The same for HTML that is rendered: values in it that look like tags are text.
std::string rendered_html_to_text(std::string_view html);

}  // namespace postrider

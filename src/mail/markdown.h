#pragma once
// Markdown (CommonMark with tables, strikethrough and bare links, by md4c) to a small HTML document
// that mail programs show decently. Works on a template, once per campaign: {{ fields }} and
// {% tags %} come out unharmed. HTML within Markdown is shown, not obeyed. Pure.

#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

/// The document refers to nothing outside except the links and images of the text. A link whose
/// scheme is not http, https, mailto or tel is an error (`unsafe_link`), as is a text over 1 MiB.
Result<std::string> markdown_to_html(std::string_view markdown_template);

}  // namespace postrider

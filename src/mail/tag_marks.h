#pragma once
// TagMarks: a template whose text is converted (from HTML, from Markdown) while its tags are not.
// They are taken out, each leaving a mark, and put back after the conversion. Only for the mail
// room. Pure; linear.

#include <string>
#include <string_view>
#include <vector>

namespace postrider {

/// Stands for a tag. No other control character but tab and line ends is in a marked text.
inline constexpr char kTagMark = '\x01';

struct TemplateTag {
  enum class Kind {
    output,    ///< {{ … }}
    opens,     ///< {% if %}, {% unless %}, {% case %}
    branches,  ///< {% else %}, {% elsif %}, {% when %}
    closes,    ///< {% endif %} and so on
    other      ///< {% assign %} and what is not known here
  };
  Kind kind = Kind::output;
  std::string_view text;       ///< as written
  std::string_view word;       ///< "if" of {% if … %}; empty for an output
  bool strips_before = false;  ///< {{- or {%-
  bool strips_after = false;   ///< -}} or -%}

  std::string without_dashes() const;
};

struct MarkedTemplate {
  std::string text;               ///< valid UTF-8
  std::vector<TemplateTag> tags;  ///< one for each mark, in order; they look into the template
};

/// Comments are gone, and raw blocks are text like any other.
MarkedTemplate take_tags_out(std::string_view text);

/// A text without tags as a marked template, though it may look as if there were some.
MarkedTemplate without_tags(std::string_view text);

/// Fills `tags` into the marks of `text`, in order. Braces of the text that a template would take
/// for a tag, alone or together with a neighbouring tag, become {{ "{{" }} and the like.
std::string put_tags_back(std::string_view text, const std::vector<std::string>& tags);

}  // namespace postrider

#include "mail/tag_marks.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/template.h"

namespace postrider {
namespace {

constexpr std::size_t kBraces = 2;

/// The word a tag `{% word … %}` begins with.
std::string_view word_of(std::string_view tag) {
  tag.remove_prefix(kBraces);
  if (tag.starts_with('-')) tag.remove_prefix(1);
  tag.remove_prefix(std::min(tag.find_first_not_of(" \t\r\n"), tag.size()));
  std::size_t length = 0;
  while (length < tag.size() && (is_letter_or_digit(tag[length]) || tag[length] == '_')) ++length;
  return tag.substr(0, length);
}

TemplateTag::Kind kind_of(std::string_view tag, std::string_view word) {
  using Kind = TemplateTag::Kind;
  if (tag.starts_with("{{")) return Kind::output;
  if (word == "if" || word == "unless" || word == "case") return Kind::opens;
  if (word == "else" || word == "elsif" || word == "when") return Kind::branches;
  if (word == "endif" || word == "endunless" || word == "endcase") return Kind::closes;
  return Kind::other;
}

void append_literal(std::string& out, std::string_view text) {
  for (; !text.empty();) {
    const auto length = utf8_length(text);
    const auto octet = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += '?';
    } else if (octet >= 0x20 || octet == '\t' || octet == '\n' || octet == '\r') {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

/// What a raw block holds: between the end of its first tag and the start of its last.
std::string_view inside_of(std::string_view block) {
  const auto begin = block.find("%}");
  const auto end = block.rfind("{%");
  if (begin == block.npos || end == block.npos || end < begin + kBraces) return {};
  return block.substr(begin + kBraces, end - begin - kBraces);
}

bool is_of_a_tag(char c) {
  return c == '{' || c == '}' || c == '%';
}

/// Appends literal text between two tags (or ends of the template) with its braces made safe.
void append_safe(std::string& out, std::string_view text, bool after_tag, bool before_tag) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_of_a_tag(text[end])) ++end;
    const auto run = text.substr(at, end - at);
    if (run.empty()) {
      end = at;
      while (end < text.size() && !is_of_a_tag(text[end])) ++end;
      out += text.substr(at, end - at);
    } else {
      const bool touches = (at == 0 && after_tag) || (end == text.size() && before_tag);
      const bool braces = run.find_first_of("{}") != run.npos;
      if (braces && (run.size() > 1 || touches)) {
        out += "{{ \"";
        out += run;
        out += "\" }}";
      } else {
        out += run;
      }
    }
    at = end;
  }
}

}  // namespace

std::string TemplateTag::without_dashes() const {
  std::string plain(text);
  if (strips_after) plain.erase(plain.size() - kBraces - 1, 1);
  if (strips_before) plain.erase(kBraces, 1);
  return plain;
}

MarkedTemplate take_tags_out(std::string_view text) {
  MarkedTemplate marked;
  marked.text.reserve(text.size());
  std::size_t at = 0;
  for (const TagSpan& span : template_tags(text)) {
    append_literal(marked.text, text.substr(at, span.begin - at));
    at = span.end;
    const auto tag = text.substr(span.begin, span.end - span.begin);
    const auto word = tag.starts_with("{%") ? word_of(tag) : std::string_view{};
    if (word == "comment") continue;
    if (word == "raw") {
      append_literal(marked.text, inside_of(tag));
      continue;
    }
    marked.text += kTagMark;
    const bool long_enough = tag.size() >= 2 * kBraces + 2;
    marked.tags.push_back({.kind = kind_of(tag, word),
                           .text = tag,
                           .word = word,
                           .strips_before = long_enough && tag[kBraces] == '-',
                           .strips_after = long_enough && tag[tag.size() - kBraces - 1] == '-'});
  }
  append_literal(marked.text, text.substr(at));
  return marked;
}

MarkedTemplate without_tags(std::string_view text) {
  MarkedTemplate marked;
  append_literal(marked.text, text);
  return marked;
}

std::string put_tags_back(std::string_view text, const std::vector<std::string>& tags) {
  std::string out;
  out.reserve(text.size() + 16 * tags.size());
  std::size_t next = 0;
  bool after_tag = false;
  while (true) {
    const auto mark = text.find(kTagMark);
    append_safe(out, text.substr(0, mark), after_tag, mark != text.npos);
    if (mark == text.npos) return out;
    CHECK(next < tags.size());
    out += tags[next++];
    after_tag = true;
    text.remove_prefix(mark + 1);
  }
}

}  // namespace postrider

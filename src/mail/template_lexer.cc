#include "mail/template_lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/template.h"
#include "mail/template_value.h"

namespace postrider {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

struct Tag {
  TemplatePiece::Kind kind = TemplatePiece::Kind::output;
  std::size_t end = 0;       ///< after its closing braces
  std::string_view content;  ///< trimmed, without the dashes of white space control
  bool trims_before = false;
  bool trims_after = false;
  char open_text = 0;  ///< a quote in it that no later one closes
};

bool is_opening(std::string_view text) {
  return text.size() >= 2 && text[0] == '{' && (text[1] == '{' || text[1] == '%');
}

/// Of the first "{{" or "{%" from `at` on; the text's size when there is none.
std::size_t find_opening(std::string_view text, std::size_t at) {
  for (at = text.find('{', at); at != text.npos; at = text.find('{', at + 1)) {
    if (is_opening(text.substr(at))) return at;
  }
  return text.size();
}

/// Whether a quote after `before` opens a text: not in "it's".
bool opens_text(char before) {
  return kBlanks.contains(before) || std::string_view(":,[|=<>{%-").contains(before);
}

/// The tag that opens at `at`; nothing when it is not closed before the next one opens.
std::optional<Tag> tag_at(std::string_view text, std::size_t at) {
  const bool is_output = text[at + 1] == '{';
  const std::string_view closing = is_output ? "}}" : "%}";
  char open_text = 0;
  for (std::size_t i = at + 2; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if ((c == '"' || c == '\'') && opens_text(text[i - 1])) {
      const auto close = text.find(c, i + 1);
      if (close == text.npos) {
        open_text = c;
      } else {
        i = close;
      }
    } else if (text.substr(i, 2) == closing) {
      Tag tag{.kind = is_output ? TemplatePiece::Kind::output : TemplatePiece::Kind::tag, .end = i + 2};
      tag.content = text.substr(at + 2, i - at - 2);
      tag.trims_before = tag.content.starts_with('-');
      if (tag.trims_before) tag.content.remove_prefix(1);
      tag.trims_after = tag.content.ends_with('-');
      if (tag.trims_after) tag.content.remove_suffix(1);
      tag.content = trim(tag.content);
      tag.open_text = open_text;
      return tag;
    } else if (is_opening(text.substr(i))) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// The tag that is nothing but `name`, from `at` on, and where it begins.
std::optional<std::pair<std::size_t, Tag>> find_tag(std::string_view text, std::size_t at,
                                                    std::string_view name) {
  for (at = text.find("{%", at); at != text.npos; at = text.find("{%", at + 2)) {
    // Only the few octets a closing tag can have, so that no quote within a comment misleads.
    auto rest = text.substr(at + 2);
    if (rest.starts_with('-')) rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (!rest.starts_with(name)) continue;
    rest.remove_prefix(name.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    const bool trims_after = rest.starts_with('-');
    if (trims_after) rest.remove_prefix(1);
    if (!rest.starts_with("%}")) continue;
    Tag tag{.kind = TemplatePiece::Kind::tag,
            .end = static_cast<std::size_t>(rest.data() - text.data()) + 2,
            .content = name,
            .trims_before = text[at + 2] == '-',
            .trims_after = trims_after};
    return std::pair{at, tag};
  }
  return std::nullopt;
}

/// The name of the tag that ends a block whose content is no template; empty for all others.
std::string_view closes_verbatim(const Tag& tag) {
  if (tag.kind != TemplatePiece::Kind::tag) return {};
  return tag.content == "raw" ? "endraw" : tag.content == "comment" ? "endcomment" : "";
}

std::string_view trim_start(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view trim_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

}  // namespace

std::unexpected<Error> TemplateLexer::error(int line, std::string_view what) {
  return invalid("bad_template", readable(fmt::format("Line {}: {}.", line, what)));
}

int TemplateLexer::line_at(std::size_t at) {
  line_ += static_cast<int>(std::ranges::count(text_.substr(counted_, at - counted_), '\n'));
  counted_ = at;
  return line_;
}

Result<std::optional<TemplatePiece>> TemplateLexer::next() {
  while (at_ < text_.size()) {
    const auto opening = find_opening(text_, at_);
    if (opening > at_) {
      const int line = line_at(at_);
      auto literal = text_.substr(at_, opening - at_);
      at_ = opening;
      if (trim_start_) literal = trim_start(literal);
      if (opening + 2 < text_.size() && text_[opening + 2] == '-') literal = trim_end(literal);
      trim_start_ = false;
      if (!literal.empty()) return TemplatePiece{.text = literal, .line = line};
      continue;
    }
    const int line = line_at(at_);
    if (text_.substr(at_).starts_with("{{{")) {
      return error(line, "a field's name cannot hold a brace; use exactly two braces on each side");
    }
    const auto tag = tag_at(text_, at_);
    if (!tag) {
      return error(line, text_[at_ + 1] == '{' ? "a field is not closed with \"}}\""
                                               : "a tag is not closed with \"%}\"");
    }
    // Where the tag ends would depend on whether a quote comes later.
    if (tag->open_text != 0) return error(line, fmt::format("a text is not closed with {}", tag->open_text));
    if (tag->kind == TemplatePiece::Kind::output && tag->end < text_.size() && text_[tag->end] == '}') {
      return error(line, "a field is closed with too many braces; use exactly two");
    }
    trim_start_ = tag->trims_after;
    const auto closing = closes_verbatim(*tag);
    if (closing.empty()) {
      at_ = tag->end;
      return TemplatePiece{.kind = tag->kind, .text = tag->content, .line = line};
    }
    const auto last = find_tag(text_, tag->end, closing);
    if (!last) return error(line, fmt::format("{{% {} %}} has no {{% {} %}}", tag->content, closing));
    auto content = text_.substr(tag->end, last->first - tag->end);
    if (trim_start_) content = trim_start(content);
    if (last->second.trims_before) content = trim_end(content);
    at_ = last->second.end;
    trim_start_ = last->second.trims_after;
    if (closing == "endraw" && !content.empty()) {
      return TemplatePiece{.text = content, .line = line, .verbatim = true};
    }
  }
  return std::nullopt;
}

std::vector<TagSpan> template_tags(std::string_view text) {
  std::vector<TagSpan> spans;
  for (auto at = find_opening(text, 0); at < text.size(); at = find_opening(text, at)) {
    const auto tag = tag_at(text, at);
    if (!tag || tag->open_text != 0) break;
    auto end = tag->end;
    if (const auto closing = closes_verbatim(*tag); !closing.empty()) {
      const auto last = find_tag(text, end, closing);
      if (!last) break;
      end = last->second.end;
    }
    spans.push_back({at, end});
    at = end;
  }
  return spans;
}

}  // namespace postrider

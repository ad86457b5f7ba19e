#include "mail/html_reader.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/tag_marks.h"

namespace postrider {
namespace {

/// Elements whose content is no HTML: it ends at their end tag and nowhere else.
constexpr std::array<std::string_view, 7> kRawText{"script", "style",   "textarea", "title",
                                                   "iframe", "noembed", "xmp"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

std::size_t count_marks(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, kTagMark));
}

/// Where `</name` stands, or the end.
std::size_t find_end_tag(std::string_view text, std::string_view name) {
  for (auto at = text.find("</"); at != text.npos; at = text.find("</", at + 2)) {
    const auto after = at + 2 + name.size();
    if (equals_ignoring_case(text.substr(at + 2, name.size()), name) &&
        (after >= text.size() || !is_letter(text[after]))) {
      return at;
    }
  }
  return text.size();
}

std::size_t after(std::string_view text, std::string_view what, std::size_t from) {
  const auto at = text.find(what, from);
  return at == text.npos ? text.size() : at + what.size();
}

}  // namespace

const HtmlAttribute* HtmlToken::attribute(std::string_view wanted) const {
  const auto found = std::ranges::find_if(
      attributes, [wanted](const HtmlAttribute& a) { return equals_ignoring_case(a.name, wanted); });
  return found == attributes.end() ? nullptr : &*found;
}

void HtmlReader::take(HtmlToken& token, HtmlToken::Kind kind, std::size_t length) {
  token.kind = kind;
  token.text = rest_.substr(0, length);
  token.first_mark = marks_;
  token.end_mark = marks_ += count_marks(token.text);
  rest_.remove_prefix(length);
}

/// Text goes on to the next "<" that begins something.
std::size_t HtmlReader::text_length() const {
  for (auto at = rest_.find('<'); at != rest_.npos; at = rest_.find('<', at + 1)) {
    if (at + 1 == rest_.size()) break;
    const char c = rest_[at + 1];
    if (is_letter(c) || c == '/' || c == '!' || c == '?') return at;
  }
  return rest_.size();
}

bool HtmlReader::next(HtmlToken& token) {
  token.name.clear();
  token.attributes.clear();
  if (!raw_text_element_.empty()) {
    const auto length = find_end_tag(rest_, raw_text_element_);
    raw_text_element_.clear();
    take(token, HtmlToken::Kind::dropped, length);
    return true;
  }
  if (rest_.empty()) return false;
  if (const auto length = text_length(); length > 0) {
    take(token, HtmlToken::Kind::text, length);
  } else if (rest_.starts_with("<!--")) {
    take(token, HtmlToken::Kind::dropped, after(rest_, "-->", 2));
  } else if (is_letter(rest_[1]) || (rest_[1] == '/' && rest_.size() > 2 && is_letter(rest_[2]))) {
    read_element(token);
  } else {
    take(token, HtmlToken::Kind::dropped, after(rest_, ">", 1));
  }
  return true;
}

void HtmlReader::read_element(HtmlToken& token) {
  const bool is_end = rest_[1] == '/';
  std::size_t at = is_end ? 2 : 1;
  const auto name_at = at;
  while (at < rest_.size() && !is_blank(rest_[at]) && rest_[at] != '>' && rest_[at] != '/') ++at;
  token.name = lower_ascii(rest_.substr(name_at, at - name_at));
  while (at < rest_.size() && rest_[at] != '>') at = read_attribute(token, at);
  take(token, is_end ? HtmlToken::Kind::end : HtmlToken::Kind::start, std::min(at + 1, rest_.size()));
  for (auto& attribute : token.attributes) {
    const auto before = static_cast<std::size_t>(attribute.value.data() - token.text.data());
    attribute.first_mark = token.first_mark + count_marks(token.text.substr(0, before));
  }
  if (!is_end && std::ranges::find(kRawText, token.name) != kRawText.end()) raw_text_element_ = token.name;
}

/// Returns where it ends; at least one octet further.
std::size_t HtmlReader::read_attribute(HtmlToken& token, std::size_t at) const {
  const auto skip_blanks = [&] {
    while (at < rest_.size() && is_blank(rest_[at])) ++at;
  };
  if (is_blank(rest_[at]) || rest_[at] == '/' || rest_[at] == kTagMark) return at + 1;
  const auto name_at = at;
  ++at;  // also a "=", which is then part of the name
  while (at < rest_.size() && !is_blank(rest_[at]) && rest_[at] != '>' && rest_[at] != '/' &&
         rest_[at] != '=')
    ++at;
  const auto name = rest_.substr(name_at, at - name_at);
  const auto after_name = at;
  skip_blanks();
  if (at == rest_.size() || rest_[at] != '=') return after_name;
  ++at;
  skip_blanks();
  std::string_view value = rest_.substr(at, 0);
  if (at < rest_.size() && (rest_[at] == '"' || rest_[at] == '\'')) {
    const auto end = std::min(rest_.find(rest_[at], at + 1), rest_.size());
    value = rest_.substr(at + 1, end - at - 1);
    at = std::min(end + 1, rest_.size());
  } else {
    const auto value_at = at;
    while (at < rest_.size() && !is_blank(rest_[at]) && rest_[at] != '>') ++at;
    value = rest_.substr(value_at, at - value_at);
  }
  if (equals_ignoring_case(name, "href") || equals_ignoring_case(name, "alt")) {
    if (token.attribute(name) == nullptr) token.attributes.push_back({name, value, 0});
  }
  return at;
}

}  // namespace postrider

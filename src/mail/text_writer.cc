#include "mail/text_writer.h"

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"

namespace postrider {
namespace {

constexpr std::size_t kMostIndents = 8;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/// Characters nobody sees, with which mail programs are made to show less of a message.
bool is_invisible(char32_t point, bool between_letters) {
  if (point == 0x200C || point == 0x200D)
    return !between_letters;  // they matter within some scripts and emoji
  return point == 0xAD || point == 0x34F || point == 0x200B || point == 0x2060 || point == 0xFEFF ||
         point == 0x180E;
}

std::string_view without_last_blanks(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

void TextWriter::write_line_ends() {
  if (wanted_line_ends_ > place_.line_ends) {
    while (out_.ends_with(' ')) out_.pop_back();
    for (int i = place_.line_ends; i < wanted_line_ends_; ++i) {
      out_ += '\n';
      if (i + 1 < wanted_line_ends_) {  // a blank line within a quote keeps its sign
        std::string prefix;
        for (std::size_t k = 0; k < std::min(last_depth_, prefixes_.size()); ++k) prefix += prefixes_[k];
        out_ += without_last_blanks(prefix);
      }
    }
    place_ = {wanted_line_ends_, true};
    blank_ = cell_ = false;
  }
  wanted_line_ends_ = 0;
}

void TextWriter::write_prefix() {
  for (std::size_t i = 0; i < prefixes_.size(); ++i) {
    out_ += i + 1 == prefixes_.size() && !marker_.empty() ? marker_ : prefixes_[i];
  }
  marker_.clear();
}

void TextWriter::show() {
  write_line_ends();
  if (place_.line_ends > 0) {
    write_prefix();
  } else if (cell_ && !place_.after_blank) {
    out_ += "  ";
  } else if (blank_ && !place_.after_blank) {
    out_ += ' ';
  }
  blank_ = cell_ = swallow_ = false;
  place_ = {0, false};
  last_depth_ = prefixes_.size();
}

void TextWriter::text(std::string_view decoded) {
  bool letter_before = false;
  while (!decoded.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(decoded), 1);
    const auto point = code_point(decoded, length);
    if (is_blank(decoded[0]) || point == 0xA0) {
      if (!swallow_) blank_ = true;
      letter_before = false;
    } else if (!is_invisible(point, letter_before)) {
      show();
      out_ += decoded.substr(0, length);
      letter_before = length > 1;
    }
    decoded.remove_prefix(length);
  }
}

void TextWriter::preformatted(std::string_view decoded) {
  while (!decoded.empty()) {
    const auto end = std::min(decoded.find('\n'), decoded.size());
    auto line = decoded.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) {
      show();
      out_ += line;
    }
    if (end < decoded.size()) break_line();
    decoded.remove_prefix(std::min(end + 1, decoded.size()));
  }
}

void TextWriter::break_line() {
  wanted_line_ends_ = std::min(2, std::max(wanted_line_ends_, place_.line_ends) + 1);
}

void TextWriter::start_block(int line_ends) {
  wanted_line_ends_ = std::max(wanted_line_ends_, line_ends);
}

void TextWriter::start_cell() {
  if (place_.line_ends == 0 && wanted_line_ends_ == 0) cell_ = true;
}

void TextWriter::indent(std::string_view marker, std::string_view others) {
  if (prefixes_.size() == kMostIndents) {
    ++hidden_indents_;
    return;
  }
  prefixes_.emplace_back(others);
  marker_ = marker;
}

void TextWriter::outdent() {
  marker_.clear();
  if (hidden_indents_ > 0) {
    --hidden_indents_;
  } else if (!prefixes_.empty()) {
    prefixes_.pop_back();
  }
}

void TextWriter::append_tag(std::string text) {
  out_ += kTagMark;
  tags_.push_back(std::move(text));
}

void TextWriter::settle() {
  write_line_ends();
  if (place_.line_ends > 0 && !marker_.empty()) {
    write_prefix();
    place_ = {0, true};
  }
  if ((blank_ || cell_) && !place_.after_blank) {
    out_ += ' ';
    place_.after_blank = true;
  }
  blank_ = cell_ = false;
}

void TextWriter::end_branch() {
  settle();
  auto& all = branches_.back();
  all.ends = all.any_ended ? Place{std::min(all.ends.line_ends, place_.line_ends),
                                   all.ends.after_blank && place_.after_blank}
                           : place_;
  all.any_ended = true;
}

void TextWriter::tag(const TemplateTag& tag) {
  using Kind = TemplateTag::Kind;
  if (tag.strips_before) blank_ = false;
  const bool known = tag.kind != Kind::branches && tag.kind != Kind::closes;
  switch (known || !branches_.empty() ? tag.kind : Kind::other) {
    case Kind::output:
      show();
      append_tag(tag.without_dashes());
      break;
    case Kind::opens:
      settle();
      branches_.push_back({.before = place_});
      append_tag(tag.without_dashes());
      break;
    case Kind::branches: {
      // What stands between {% case %} and its first {% when %} is nothing.
      end_branch();
      branches_.back().has_else |= tag.word == "else";
      place_ = branches_.back().before;
      append_tag(tag.without_dashes());
      break;
    }
    case Kind::closes: {
      end_branch();
      const auto all = branches_.back();
      branches_.pop_back();
      place_ = all.ends;
      if (!all.has_else) {
        place_ = {std::min(place_.line_ends, all.before.line_ends),
                  place_.after_blank && all.before.after_blank};
      }
      append_tag(tag.without_dashes());
      break;
    }
    case Kind::other:
      append_tag(tag.without_dashes());
      break;
  }
  swallow_ = tag.strips_after;
}

void TextWriter::append_link(std::string_view url, const std::vector<std::string>& tags) {
  const bool blank_after = blank_;
  blank_ = true;
  show();
  out_ += url;
  tags_.insert(tags_.end(), tags.begin(), tags.end());
  blank_ = blank_after;
}

void TextWriter::trim_end() {
  while (!out_.empty() && (out_.back() == ' ' || out_.back() == '\n')) out_.pop_back();
  if (!out_.empty()) out_ += '\n';
}

std::string TextWriter::finish() {
  trim_end();
  return put_tags_back(out_, tags_);
}

std::string TextWriter::finish_rendered() {
  trim_end();
  return std::move(out_);
}

}  // namespace postrider

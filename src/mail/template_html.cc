#include "mail/template_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mail/template_html_words.h"
#include "mail/template_lexer.h"

namespace postrider {
namespace {

bool is_html_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

constexpr std::size_t kLongestName = 64;
constexpr std::string_view kCommentBegin = "<!--";

}  // namespace

std::optional<HtmlPlace::Fault> HtmlPlace::follow(std::string_view text, bool verbatim) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (state_ == State::text) {
      const auto next = text.find_first_of("<}", i);
      if (next == text.npos) break;
      i = next;
    }
    const bool holds_words = state_ == State::text || state_ == State::quoted_value;
    if (holds_words && !verbatim && text.substr(i, 2) == "}}") {
      return Fault{i, std::string(kLonelyBraces)};
    }
    if (joined_ && !is_html_blank(text[i]) && text[i] != '/' && text[i] != '>') {
      return Fault{i, "a tag's name or attribute goes on after {% endif %}. Put a blank between them"};
    }
    joined_ = false;
    step(text[i]);
    if (state_ == State::raw_text && raw_tag_ == "script" && seen_ == kCommentBegin) {
      // Behind it an end tag does not always end the script.
      return Fault{i, "a script must not hold \"<!--\". Take the script out: mail programs drop it anyway"};
    }
  }
  return std::nullopt;
}

void HtmlPlace::step(char c) {
  switch (state_) {
    case State::text:
      if (c == '<') {
        state_ = State::tag_open;
        closes_ = false;
      }
      break;
    case State::raw_text:
      step_in_raw_text(c);
      break;
    case State::tag_open:
      step_after_opening(c);
      break;
    case State::declaration:
      seen_ += c;
      if (seen_ == "--") {
        state_ = State::comment;
        seen_ = "start";
      } else if (seen_ != "-") {
        state_ = State::bogus_comment;
        step(c);
      }
      break;
    case State::comment:
      step_in_comment(c);
      break;
    case State::bogus_comment:
      if (c == '>') begin_text();
      break;
    case State::before_value:
      if (is_html_blank(c)) break;
      if (c == '>') return end_tag();
      begin_value();
      quote_ = c;
      state_ = c == '"' || c == '\'' ? State::quoted_value : State::unquoted_value;
      if (state_ == State::unquoted_value) follow_url(c);
      break;
    case State::unquoted_value:
      if (c == '>') return end_tag();
      if (is_html_blank(c)) return end_value();
      follow_url(c);
      break;
    case State::quoted_value:
      if (c == quote_) return end_value();
      follow_url(c);
      break;
    case State::tag_name:
    case State::in_tag:
    case State::attribute_name:
    case State::after_attribute_name:
      step_in_tag(c);
      break;
  }
}

/// Only its own end tag ends it.
void HtmlPlace::step_in_raw_text(char c) {
  if (seen_.empty() && c != '<') return;
  const std::string end = "</" + raw_tag_;
  if (seen_ == end && (is_html_blank(c) || c == '/' || c == '>')) {
    const std::string tag = raw_tag_;
    begin_text();
    tag_ = tag;
    closes_ = true;
    state_ = State::in_tag;
    return step(c);
  }
  seen_ += lower(c);
  const bool may_go_on = end.starts_with(seen_) || kCommentBegin.starts_with(seen_);
  if (!may_go_on) seen_ = c == '<' ? "<" : "";
}

void HtmlPlace::step_after_opening(char c) {
  if (is_letter(c)) {
    state_ = State::tag_name;
    tag_ = lower(c);
  } else if (c == '/' && !closes_) {
    closes_ = true;
  } else if (c == '!' && !closes_) {
    state_ = State::declaration;
    seen_.clear();
  } else if (c == '?' || (closes_ && c != '>')) {
    state_ = State::bogus_comment;
  } else {
    begin_text();  // "a < b" is text
    step(c);
  }
}

void HtmlPlace::step_in_tag(char c) {
  if (c == '>') return end_tag();
  const bool is_blank = is_html_blank(c);
  if (state_ == State::tag_name) {
    if (is_blank || c == '/') {
      state_ = State::in_tag;
    } else if (tag_.size() < kLongestName) {
      tag_ += lower(c);
    }
  } else if (state_ == State::in_tag) {
    if (!is_blank && c != '/') begin_attribute(c);
  } else if (c == '/') {
    end_value();
  } else if (c == '=') {
    state_ = State::before_value;
  } else if (is_blank) {
    state_ = State::after_attribute_name;
  } else if (state_ == State::after_attribute_name) {
    begin_attribute(c);
  } else if (attribute_.size() < kLongestName) {
    attribute_ += lower(c);
  }
}

void HtmlPlace::step_in_comment(char c) {
  if (c == '>' && (seen_ == "start" || seen_ == "start-" || seen_ == "--" || seen_ == "--!")) {
    begin_text();
  } else if (c == '-') {
    seen_ = seen_ == "start" ? "start-" : seen_ == "-" || seen_ == "--" || seen_ == "start-" ? "--" : "-";
  } else {
    seen_ = c == '!' && seen_ == "--" ? "--!" : "";
  }
}

void HtmlPlace::begin_attribute(char c) {
  state_ = State::attribute_name;
  attribute_ = lower(c);
}

void HtmlPlace::begin_value() {
  const auto name = plain_name(attribute_);
  use_ = takes_no_value(tag_, name) ? Use::refused
         : holds_urls(name)         ? Use::url_list
         : holds_url(name)          ? Use::url
                                    : Use::plain;
  part_ = UrlPart::start;
  seen_.clear();
}

void HtmlPlace::begin_text() {
  HtmlPlace next;
  next.unsure_ = std::move(unsure_);
  *this = std::move(next);
}

void HtmlPlace::end_value() {
  HtmlPlace next;
  next.unsure_ = std::move(unsure_);
  next.state_ = State::in_tag;
  next.tag_ = std::move(tag_);
  next.closes_ = closes_;
  *this = std::move(next);
}

void HtmlPlace::end_tag() {
  HtmlPlace next;
  next.unsure_ = std::move(unsure_);
  if (!closes_ && next.unsure_.empty() && is_read_in_two_ways(tag_)) next.unsure_ = tag_;
  if (!closes_ && holds_raw_text(tag_)) {
    next.state_ = State::raw_text;
    next.verbatim_ = tag_ == "title" || tag_ == "textarea";
    next.raw_tag_ = std::move(tag_);
  }
  *this = std::move(next);
}

/// Follows a URL far enough to know its scheme and its query.
void HtmlPlace::follow_url(char c) {
  if (use_ != Use::url && use_ != Use::url_list) return;
  const bool is_blank = static_cast<unsigned char>(c) <= ' ';
  if (use_ == Use::url_list && (is_blank || c == ',')) {
    part_ = UrlPart::start;
    seen_.clear();
    return;
  }
  if (part_ == UrlPart::start || part_ == UrlPart::undecided) {
    if (is_blank) return;  // browsers read a scheme across line ends
    if (c == ':') {
      part_ = seen_ == "http" || seen_ == "https"   ? UrlPart::path
              : seen_ == "mailto" || seen_ == "tel" ? UrlPart::mail
                                                    : UrlPart::refused;
    } else if (c == '/') {
      part_ = UrlPart::path;
    } else if (c == '?' || c == '#') {
      part_ = UrlPart::query;
    } else if (c == '&') {
      part_ = UrlPart::refused;  // a reference may spell any scheme
    } else {
      part_ = UrlPart::undecided;
      if (seen_.size() < kLongestName) seen_ += lower(c);
    }
    if (part_ == UrlPart::path || part_ == UrlPart::mail || part_ == UrlPart::query) seen_.clear();
  } else if ((part_ == UrlPart::path || part_ == UrlPart::mail) && (c == '?' || c == '#')) {
    part_ = UrlPart::query;
  }
}

std::expected<Escaping, std::string> HtmlPlace::url_output() {
  switch (part_) {
    case UrlPart::start:
      if (use_ == Use::url_list) {
        return std::unexpected(fmt::format(
            "no field may begin an address in {}. Write the address's begin, https://…, before it",
            attribute_));
      }
      part_ = UrlPart::path;
      return Escaping::url_start;
    case UrlPart::path:
      return Escaping::url_path;
    case UrlPart::mail:
      return Escaping::url_mail;
    case UrlPart::query:
      return Escaping::url_query;
    case UrlPart::undecided:
      return std::unexpected(fmt::format(
          "a field is refused in {} after \"{}\". Begin the address with https://, or with the field itself",
          attribute_, seen_));
    case UrlPart::refused:
      return std::unexpected(fmt::format(
          "a field is refused in {} after \"{}\": only http, https, mailto and tel addresses may hold one",
          attribute_, seen_));
    case UrlPart::unknown:
      break;
  }
  return std::unexpected(fmt::format(
      "a field is refused in {} after branches that end in different parts of the address", attribute_));
}

std::expected<Escaping, std::string> HtmlPlace::output() {
  const auto refused = [](std::string_view where) {
    return std::unexpected(fmt::format("a field is refused in {}", where));
  };
  if (!unsure_.empty()) {
    return refused(fmt::format("HTML behind <{}>, whose content programs read in different ways", unsure_));
  }
  switch (state_) {
    case State::text:
      return Escaping::html;
    case State::raw_text:
      if (!verbatim_) return refused(fmt::format("<{}>", raw_tag_));
      if (!seen_.empty()) return refused("a tag's name");
      return Escaping::html;
    case State::tag_open:
    case State::tag_name:
      return refused("a tag's name. For the character \"<\" itself write &lt;");
    case State::in_tag:
    case State::attribute_name:
    case State::after_attribute_name:
      return refused("an attribute's name. Values go in quotes after a \"=\"");
    case State::before_value:
    case State::unquoted_value:
      return refused(fmt::format("{0} without quotes. Write {0}=\"{{{{ … }}}}\"", attribute_));
    case State::quoted_value:
      switch (use_) {
        case Use::plain:
          return Escaping::html;
        case Use::url:
        case Use::url_list:
          return url_output();
        case Use::refused:
          return refused(fmt::format("the {} of <{}>", attribute_, tag_));
      }
      break;
    case State::declaration:
    case State::comment:
    case State::bogus_comment:
      return refused("a comment");
  }
  return refused("this place");
}

bool HtmlPlace::join(const HtmlPlace& other) {
  if (*this == other) return true;
  const auto is_between = [](State state) {
    return state == State::tag_name || state == State::in_tag || state == State::attribute_name ||
           state == State::after_attribute_name;
  };
  if (is_between(state_) && is_between(other.state_) && tag_ == other.tag_ && closes_ == other.closes_) {
    end_value();
    joined_ = true;
    return true;
  }
  HtmlPlace same = other;
  same.part_ = part_;
  same.seen_ = seen_;
  if (state_ != State::quoted_value || *this != same) return false;
  part_ = UrlPart::unknown;
  seen_.clear();
  return true;
}

std::string HtmlPlace::unfinished() const {
  switch (state_) {
    case State::text:
    case State::tag_open:
      return {};
    case State::raw_text:
      return fmt::format("<{0}> is not closed with </{0}>", raw_tag_);
    case State::tag_name:
    case State::in_tag:
    case State::attribute_name:
    case State::after_attribute_name:
    case State::before_value:
    case State::unquoted_value:
      return fmt::format("the tag <{} is not closed with \">\"", tag_);
    case State::quoted_value:
      return fmt::format("{} is not closed with {}", attribute_, quote_);
    case State::declaration:
    case State::comment:
    case State::bogus_comment:
      break;
  }
  return "a comment is not closed";
}

}  // namespace postrider

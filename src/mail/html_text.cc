#include "mail/html_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.h"
#include "mail/html_entities.h"
#include "mail/html_reader.h"
#include "mail/tag_marks.h"
#include "mail/text_writer.h"

namespace postrider {
namespace {

using Names = std::span<const std::string_view>;

// Apart by a blank line; on lines of their own; not shown.
constexpr std::array<std::string_view, 16> kParagraphs{"p",          "h1",      "h2",     "h3",  "h4",  "h5",
                                                       "h6",         "ul",      "ol",     "dl",  "pre", "hr",
                                                       "blockquote", "section", "figure", "menu"};
constexpr std::array<std::string_view, 26> kLines{
    "div",    "table",   "tr",      "tbody",      "thead",    "tfoot",  "li",      "dt",     "dd",
    "center", "address", "caption", "body",       "html",     "form",   "article", "header", "footer",
    "main",   "nav",     "aside",   "figcaption", "fieldset", "legend", "details", "summary"};
constexpr std::array<std::string_view, 11> kDropped{
    "head", "template", "svg", "math", "canvas", "object", "select", "audio", "video", "map", "datalist"};
bool is_one_of(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string decoded(std::string_view text, bool in_attribute) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = std::min(text.find('&'), text.size());
    out += text.substr(0, length);
    text.remove_prefix(length);
    if (text.empty()) break;
    const auto entity = decode_entity(text, in_attribute);
    out += entity.length == 0 ? std::string_view{"&"} : std::string_view{entity.text};
    text.remove_prefix(std::max<std::size_t>(entity.length, 1));
  }
  return out;
}

class Converter {
 public:
  explicit Converter(MarkedTemplate html) : marked_(std::move(html)) {}

  TextWriter& convert() {
    HtmlReader reader(marked_.text);
    HtmlToken token;
    while (reader.next(token)) take(token);
    end_link();
    return writer_;
  }

 private:
  struct Link {
    std::string url;  ///< with marks
    std::vector<std::string> tags;
    std::size_t start = 0;  ///< of its text
    std::size_t depth = 0;  ///< of the conditional tags around it
  };
  struct List {
    bool ordered = false;
    int count = 0;
    bool item_open = false;
  };

  void take(const HtmlToken& token) {
    switch (token.kind) {
      case HtmlToken::Kind::text:
        if (dropping_.empty()) {
          show(token.text, token.first_mark, false);
        } else {
          keep_tags(token);
        }
        break;
      case HtmlToken::Kind::dropped:
        keep_tags(token);
        break;
      case HtmlToken::Kind::start:
        start(token);
        break;
      case HtmlToken::Kind::end:
        keep_tags(token);
        end(token.name);
        break;
    }
  }

  /// Of what is not shown only the tags that are no output stay, where they are: others count on them.
  void keep_tags(const HtmlToken& token) { keep_tags(token.first_mark, token.end_mark); }
  void keep_tags(std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) {
      if (marked_.tags[begin].kind != TemplateTag::Kind::output) write_tag(marked_.tags[begin]);
    }
  }

  void write_tag(const TemplateTag& tag) {
    // A link whose end lies beyond this branch shows its address while the branch lasts.
    const bool ends_branch = tag.kind == TemplateTag::Kind::branches || tag.kind == TemplateTag::Kind::closes;
    if (ends_branch && link_ && link_->depth > 0 && link_->depth == writer_.depth()) end_link();
    writer_.tag(tag);
  }

  /// Text with marks, tags put in where they stand.
  void show(std::string_view text, std::size_t mark, bool in_attribute) {
    while (!text.empty()) {
      const auto length = std::min(text.find(kTagMark), text.size());
      const std::string piece = decoded(text.substr(0, length), in_attribute);
      if (preformatted_ > 0 && !in_attribute) {
        writer_.preformatted(piece);
      } else {
        writer_.text(piece);
      }
      text.remove_prefix(length);
      if (text.empty()) break;
      write_tag(marked_.tags[mark++]);
      text.remove_prefix(1);
    }
  }

  void start(const HtmlToken& token) {
    const auto& name = token.name;
    if (!dropping_.empty()) {
      keep_tags(token);
      if (name == dropping_) ++dropped_depth_;
      if (name == "body") dropping_.clear();
      return;
    }
    if (is_one_of(kDropped, name)) {
      keep_tags(token);
      if (!token.text.ends_with("/>")) dropping_ = name, dropped_depth_ = 1;
      return;
    }
    block(name);
    if (name == "a") {
      start_link(token);
    } else if (name == "img") {
      show_image(token);
    } else {
      keep_tags(token);
      open(name);
    }
  }

  void block(const std::string& name) {
    if (is_one_of(kParagraphs, name)) {
      const bool within_list = (name == "ul" || name == "ol" || name == "menu") && !lists_.empty();
      writer_.start_block(within_list ? 1 : 2);
    } else if (is_one_of(kLines, name)) {
      writer_.start_block(1);
    }
  }

  void open(const std::string& name) {
    if (name == "br") {
      writer_.break_line();
    } else if (name == "td" || name == "th") {
      writer_.start_cell();
    } else if (name == "hr") {
      writer_.text("----------");
      writer_.start_block(2);
    } else if (name == "pre") {
      ++preformatted_;
    } else if (name == "blockquote") {
      writer_.indent("> ", "> ");
      ++quotes_;
    } else if (name == "ul" || name == "ol" || name == "menu") {
      lists_.push_back({.ordered = name == "ol"});
    } else if (name == "li") {
      if (lists_.empty()) lists_.emplace_back();
      end_item();
      auto& list = lists_.back();
      list.item_open = true;
      const std::string marker = list.ordered ? std::to_string(++list.count) + ". " : "- ";
      writer_.indent(marker, std::string(marker.size(), ' '));
    }
  }

  void end(const std::string& name) {
    if (!dropping_.empty()) {
      if (name == dropping_ && --dropped_depth_ == 0) dropping_.clear();
      return;
    }
    if (name == "a") end_link();
    if (name == "li") end_item();
    if ((name == "ul" || name == "ol" || name == "menu") && !lists_.empty()) {
      end_item();
      lists_.pop_back();
    }
    if (name == "blockquote" && quotes_ > 0) {
      writer_.outdent();
      --quotes_;
    }
    if (name == "pre" && preformatted_ > 0) --preformatted_;
    block(name);
    if (name == "br") writer_.break_line();  // as browsers read </br>
  }

  void end_item() {
    if (lists_.empty() || !lists_.back().item_open) return;
    lists_.back().item_open = false;
    writer_.outdent();
    writer_.start_block(1);
  }

  void show_image(const HtmlToken& token) {
    const auto* alt = token.attribute("alt");
    if (alt == nullptr) return keep_tags(token);
    const auto marks = static_cast<std::size_t>(std::ranges::count(alt->value, kTagMark));
    keep_tags(token.first_mark, alt->first_mark);
    show(alt->value, alt->first_mark, true);
    keep_tags(alt->first_mark + marks, token.end_mark);
  }

  void start_link(const HtmlToken& token) {
    end_link();
    const auto* href = token.attribute("href");
    if (href == nullptr) return keep_tags(token);
    const auto first = href->first_mark;
    const auto end = first + static_cast<std::size_t>(std::ranges::count(href->value, kTagMark));
    if (!stands_alone(first, end)) return keep_tags(token);
    keep_tags(token.first_mark, first);
    keep_tags(end, token.end_mark);
    const std::string address = without_blanks(decoded(href->value, true));
    Link link{.url = shown_url(address), .start = writer_.position(), .depth = writer_.depth()};
    // What stood behind a "?" of mailto is gone, with its tags.
    const auto shown = first + static_cast<std::size_t>(std::ranges::count(link.url, kTagMark));
    if (link.url.empty() || !stands_alone(first, shown)) return;
    link.tags = tags_as_in_the_link(link.url, first, link.url == address);
    link_ = std::move(link);
  }

  /// The tags of an address, `first` and those behind it, so that each output is written as the HTML itself
  /// has it: a blank or a ">" of a value does not end the address early. Not where only what stands behind
  /// the scheme is shown, as of a mailto.
  std::vector<std::string> tags_as_in_the_link(std::string_view url, std::size_t first, bool is_whole) const {
    std::vector<std::string> tags;
    bool begun = false;              // something of the address stands before
    std::vector<bool> begun_before;  // each condition that is open
    std::size_t from = 0;
    for (auto at = url.find(kTagMark); at != url.npos; from = at + 1, at = url.find(kTagMark, from)) {
      begun |= at > from;
      const auto& tag = marked_.tags[first + tags.size()];
      const bool in_query = url.find_first_of("?#") < at;
      switch (tag.kind) {
        case TemplateTag::Kind::output:
          tags.push_back(is_whole ? as_in_the_link(tag, begun, in_query) : tag.without_dashes());
          begun = true;
          continue;
        case TemplateTag::Kind::opens:
          begun_before.push_back(begun);
          break;
        case TemplateTag::Kind::branches:
          begun = begun_before.back();
          break;
        case TemplateTag::Kind::closes:
          begun_before.pop_back();
          break;
        case TemplateTag::Kind::other:
          break;
      }
      tags.push_back(tag.without_dashes());
    }
    return tags;
  }

  /// Where nothing of the address stands before it, the output is the whole address or its begin.
  static std::string as_in_the_link(const TemplateTag& output, bool begun, bool in_query) {
    auto text = output.without_dashes();
    if (begun && text.contains("url_encode")) return text;
    text.resize(text.size() - std::string_view{"}}"}.size());
    if (!begun) return text + "| whole_url }}";
    text += "| url_encode | replace: \"+\", \"%20\" ";
    if (!in_query) text += "| replace: \"%2F\", \"/\" ";
    return text + "}}";
  }

  /// Whether these tags can be moved together: each condition among them is opened and closed there.
  bool stands_alone(std::size_t begin, std::size_t end) const {
    int depth = 0;
    for (; begin < end; ++begin) {
      switch (marked_.tags[begin].kind) {
        case TemplateTag::Kind::output:
          break;
        case TemplateTag::Kind::opens:
          ++depth;
          break;
        case TemplateTag::Kind::branches:
          if (depth == 0) return false;
          break;
        case TemplateTag::Kind::closes:
          if (--depth < 0) return false;
          break;
        case TemplateTag::Kind::other:
          return false;
      }
    }
    return depth == 0;
  }

  /// The address as a reader would type it, or nothing for one that says nothing outside the page.
  static std::string without_blanks(std::string_view href) {
    std::string url;
    for (const char c : trim(href)) {
      if (c == kTagMark || static_cast<unsigned char>(c) > 0x20) url += c;
    }
    return url;
  }

  static std::string shown_url(const std::string& url) {
    const auto lower = lower_ascii(url.substr(0, 8));
    if (lower.starts_with("mailto:")) return url.substr(7, std::min(url.find('?'), url.size()) - 7);
    if (lower.starts_with("tel:")) return url.substr(4);
    const bool shown =
        lower.starts_with("http://") || lower.starts_with("https://") || url.starts_with(kTagMark);
    return shown ? url : std::string{};
  }

  void end_link() {
    if (!link_) return;
    const Link link = std::move(*link_);
    link_.reset();
    const std::string_view text = trim(writer_.since(link.start));
    const std::string_view url = link.url;
    if (text.empty()) {
      writer_.append_link(url, link.tags);
    } else if (!says_the_same(text, url)) {
      writer_.append_link("<" + link.url + ">", link.tags);
    }
  }

  static bool says_the_same(std::string_view text, std::string_view url) {
    if (url.find(kTagMark) != url.npos) return false;
    for (const std::string_view start : {"", "https://", "http://", "https://www.", "http://www."}) {
      if (!url.starts_with(start)) continue;
      auto rest = url.substr(start.size());
      if (rest == text) return true;
      if (rest.ends_with('/') && rest.substr(0, rest.size() - 1) == text) return true;
    }
    return false;
  }

  MarkedTemplate marked_;
  TextWriter writer_;
  std::optional<Link> link_;
  std::vector<List> lists_;
  std::string dropping_;  ///< the element whose content is being dropped
  int dropped_depth_ = 0;
  int preformatted_ = 0;
  int quotes_ = 0;
};

}  // namespace

std::string html_to_text(std::string_view html_template) {
  return Converter(take_tags_out(html_template)).convert().finish();
}

std::string rendered_html_to_text(std::string_view html) {
  return Converter(without_tags(html)).convert().finish_rendered();
}

}  // namespace postrider

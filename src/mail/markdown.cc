#include "mail/markdown.h"

#include <fmt/format.h>
#include <md4c.h>

#include <algorithm>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/html_entities.h"
#include "mail/tag_words.h"

namespace postrider {
namespace {

constexpr std::size_t kMaxText = 1 << 20;
constexpr std::size_t kMaxHtml = 8 << 20;  // with the words for tags still in it

constexpr std::string_view kBeforeDocument =
    "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n</head>\n"
    "<body style=\"margin: 0; padding: 16px; font-family: Arial, Helvetica, sans-serif; font-size: 16px; "
    "line-height: 1.5\">\n<div style=\"max-width: 640px\">\n";
constexpr std::string_view kAfterDocument = "</div>\n</body>\n</html>\n";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

/// For an attribute's quotes: what an address may not hold is percent-encoded.
std::string escaped_url(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (c == '&') {
      out += "&amp;";
    } else if (is_letter_or_digit(c) ||
               std::string_view{"-_.~:/?#[]@!$()*+,;=%"}.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string_view view_of(const MD_CHAR* text, MD_SIZE size) {
  return {text, size};
}

std::string decoded(std::string_view entity) {
  const auto read = decode_entity(entity, true);
  return read.length == entity.size() ? read.text : std::string(entity);
}

std::string plain(const MD_ATTRIBUTE& attribute) {
  std::string out;
  for (int i = 0; attribute.substr_offsets != nullptr && attribute.substr_offsets[i] < attribute.size; ++i) {
    const auto begin = attribute.substr_offsets[i];
    const auto piece = view_of(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    out += attribute.substr_types[i] == MD_TEXT_ENTITY ? decoded(piece) : std::string(piece);
  }
  return out;
}

class Renderer {
 public:
  explicit Renderer(const TagWords& words) : words_(words) {}

  Result<std::string> render(std::string_view markdown) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Renderer*>(self)->enter(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
      return static_cast<Renderer*>(self)->leave(type, detail);
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) {
      return static_cast<Renderer*>(self)->enter_span(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void* detail, void* self) {
      return static_cast<Renderer*>(self)->leave_span(type, detail);
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
      return static_cast<Renderer*>(self)->text(type, view_of(text, size));
    };
    const int status = md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, this);
    if (!error_.code.empty()) return std::unexpected(std::move(error_));
    if (status != 0)
      return invalid("template_too_large", "The Markdown text becomes too large. Make it shorter.");
    return words_.with_tags(out_);
  }

 private:
  /// Returning something else than 0 makes md4c stop.
  int go_on() const { return out_.size() > kMaxHtml || !error_.code.empty() ? 1 : 0; }

  int enter(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_DOC:
      case MD_BLOCK_HTML:
        break;
      case MD_BLOCK_QUOTE:
        out_ +=
            "<blockquote style=\"margin: 0 0 16px; padding-left: 12px; border-left: 3px solid #cccccc\">\n";
        break;
      case MD_BLOCK_UL:
        out_ += "<ul>\n";
        break;
      case MD_BLOCK_OL: {
        const auto first = static_cast<const MD_BLOCK_OL_DETAIL*>(detail)->start;
        out_ += first == 1 ? "<ol>\n" : fmt::format("<ol start=\"{}\">\n", first);
        break;
      }
      case MD_BLOCK_LI:
        out_ += "<li>";
        break;
      case MD_BLOCK_HR:
        out_ += "<hr>\n";
        break;
      case MD_BLOCK_H:
        out_ += fmt::format("<h{}>", static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
      case MD_BLOCK_CODE:
        out_ += "<pre style=\"white-space: pre-wrap\"><code>";
        break;
      case MD_BLOCK_P:
        paragraph_ = out_.size();
        break;
      case MD_BLOCK_TABLE:
        out_ += "<table style=\"border-collapse: collapse\">\n";
        break;
      case MD_BLOCK_THEAD:
        out_ += "<thead>\n";
        break;
      case MD_BLOCK_TBODY:
        out_ += "<tbody>\n";
        break;
      case MD_BLOCK_TR:
        out_ += "<tr>";
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        enter_cell(type == MD_BLOCK_TH ? "th" : "td", static_cast<const MD_BLOCK_TD_DETAIL*>(detail)->align);
        break;
    }
    return go_on();
  }

  void enter_cell(std::string_view name, MD_ALIGN align) {
    const std::string_view side = align == MD_ALIGN_RIGHT    ? "right"
                                  : align == MD_ALIGN_CENTER ? "center"
                                                             : "left";
    out_ +=
        fmt::format("<{} style=\"padding: 4px 8px; border: 1px solid #cccccc; text-align: {}\">", name, side);
  }

  int leave(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_DOC:
      case MD_BLOCK_HTML:
      case MD_BLOCK_HR:
        break;
      case MD_BLOCK_QUOTE:
        out_ += "</blockquote>\n";
        break;
      case MD_BLOCK_UL:
        out_ += "</ul>\n";
        break;
      case MD_BLOCK_OL:
        out_ += "</ol>\n";
        break;
      case MD_BLOCK_LI:
        out_ += "</li>\n";
        break;
      case MD_BLOCK_H:
        out_ += fmt::format("</h{}>\n", static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
      case MD_BLOCK_CODE:
        out_ += "</code></pre>\n";
        break;
      case MD_BLOCK_P:
        // Tags on lines of their own around paragraphs are none themselves.
        if (!words_.are_conditions_only(std::string_view{out_}.substr(paragraph_))) {
          out_.insert(paragraph_, "<p>");
          out_ += "</p>";
        }
        out_ += '\n';
        break;
      case MD_BLOCK_TABLE:
        out_ += "</table>\n";
        break;
      case MD_BLOCK_THEAD:
        out_ += "</thead>\n";
        break;
      case MD_BLOCK_TBODY:
        out_ += "</tbody>\n";
        break;
      case MD_BLOCK_TR:
        out_ += "</tr>\n";
        break;
      case MD_BLOCK_TH:
        out_ += "</th>";
        break;
      case MD_BLOCK_TD:
        out_ += "</td>";
        break;
    }
    return go_on();
  }

  int enter_span(MD_SPANTYPE type, void* detail) {
    if (images_ > 0 && type != MD_SPAN_IMG) return go_on();  // within alternative text
    switch (type) {
      case MD_SPAN_EM:
        out_ += "<em>";
        break;
      case MD_SPAN_STRONG:
        out_ += "<strong>";
        break;
      case MD_SPAN_CODE:
        out_ += "<code>";
        break;
      case MD_SPAN_DEL:
        out_ += "<del>";
        break;
      case MD_SPAN_A:
        open_link(plain(static_cast<const MD_SPAN_A_DETAIL*>(detail)->href));
        break;
      case MD_SPAN_IMG:
        if (images_++ == 0) open_image(plain(static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src));
        break;
      case MD_SPAN_LATEXMATH:
      case MD_SPAN_LATEXMATH_DISPLAY:
      case MD_SPAN_WIKILINK:
      case MD_SPAN_U:
        break;  // extensions that are off
    }
    return go_on();
  }

  int leave_span(MD_SPANTYPE type, void*) {
    if (images_ > 0 && type != MD_SPAN_IMG) return go_on();
    switch (type) {
      case MD_SPAN_EM:
        out_ += "</em>";
        break;
      case MD_SPAN_STRONG:
        out_ += "</strong>";
        break;
      case MD_SPAN_CODE:
        out_ += "</code>";
        break;
      case MD_SPAN_DEL:
        out_ += "</del>";
        break;
      case MD_SPAN_A:
        out_ += "</a>";
        break;
      case MD_SPAN_IMG:
        if (--images_ == 0) out_ += "\" style=\"max-width: 100%\">";
        break;
      case MD_SPAN_LATEXMATH:
      case MD_SPAN_LATEXMATH_DISPLAY:
      case MD_SPAN_WIKILINK:
      case MD_SPAN_U:
        break;
    }
    return go_on();
  }

  int text(MD_TEXTTYPE type, std::string_view text) {
    switch (type) {
      case MD_TEXT_BR:
        out_ += images_ > 0 ? " " : "<br>\n";
        break;
      case MD_TEXT_SOFTBR:
        out_ += images_ > 0 ? ' ' : '\n';
        break;
      case MD_TEXT_NULLCHAR:
        break;
      case MD_TEXT_ENTITY:
        out_ += escaped(decoded(text));
        break;
      case MD_TEXT_NORMAL:
      case MD_TEXT_CODE:
      case MD_TEXT_HTML:
      case MD_TEXT_LATEXMATH:
        out_ += escaped(text);
        break;
    }
    return go_on();
  }

  void open_link(const std::string& href) {
    check_scheme(href, {"http", "https", "mailto", "tel"}, "link");
    out_ += "<a href=\"" + escaped_url(href) + "\">";
  }

  void open_image(const std::string& source) {
    check_scheme(source, {"http", "https"}, "image");
    out_ += "<img src=\"" + escaped_url(source) + "\" alt=\"";
  }

  /// An address that begins with a field is checked for each recipient, by the template.
  void check_scheme(std::string_view url, std::initializer_list<std::string_view> allowed,
                    std::string_view what) {
    // It is written twice where the link's text is the address: half a condition would be, too.
    if (!words_.closes_its_conditions(url)) {
      error_ = {
          Error::Kind::invalid, "bad_template",
          fmt::format("A condition begins or ends within the {} \"{}\". Put the whole {} into it, or a blank "
                      "between them.",
                      what, one_line(words_.with_tags(url), 100), what)};
      return;
    }
    std::string compact;  // browsers do not see blanks and control characters in a scheme
    for (const char c : url) {
      if (static_cast<unsigned char>(c) > 0x20) compact += c;
    }
    const auto end = std::min(compact.find_first_of(":/?#"), compact.size());
    const auto begin = std::string_view{compact}.substr(0, end);
    // A branch could hold another scheme than the one that is seen here.
    if (!words_.holds_condition(begin)) {
      if (end == compact.size() || compact[end] != ':' || words_.starts_with_tag(begin)) return;
      if (std::ranges::find(allowed, lower_ascii(begin)) != allowed.end()) return;
    }
    error_ = {Error::Kind::invalid, "unsafe_link",
              fmt::format("The {} \"{}\" does not begin with {}. Write its full address.", what,
                          one_line(words_.with_tags(url), 100),
                          what == "link" ? "http:, https:, mailto: or tel:" : "http: or https:")};
  }

  const TagWords& words_;
  std::string out_;
  std::size_t paragraph_ = 0;
  int images_ = 0;
  Error error_;
};

}  // namespace

Result<std::string> markdown_to_html(std::string_view markdown_template) {
  if (markdown_template.size() > kMaxText)
    return invalid("template_too_large", "The Markdown text is longer than 1 MiB. Make it shorter.");
  const TagWords words(markdown_template);
  auto html = Renderer(words).render(words.text());
  if (!html) return html;
  return std::string(kBeforeDocument) + *html + std::string(kAfterDocument);
}

}  // namespace postrider

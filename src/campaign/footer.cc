#include "campaign/footer.h"

#include <algorithm>

#include "base/text.h"
#include "campaign/unsubscribe_links.h"
#include "mail/template_escape.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestText = 2'000;
constexpr std::size_t kLongestPostal = 500;

bool is_plain_lines(std::string_view text) {
  return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
         });
}

/// Without blanks around it, with LF as its line end.
std::string tidied(std::string_view text) {
  std::string out(trim(text));
  std::erase(out, '\r');
  return out;
}

/// Text as HTML shows it: escaped, its lines kept.
void append_html(std::string& out, std::string_view text) {
  for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    append_escaped(out, text.substr(0, end), Escaping::html);
    out += "<br>\n";
    text.remove_prefix(end + 1);
  }
  append_escaped(out, text, Escaping::html);
}

/// The same for a template: its tags stay, and one that is the link alone becomes one.
std::string html_of(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const auto& tag : template_tags(text)) {
    append_html(out, text.substr(at, tag.begin - at));
    const std::string whole(text.substr(tag.begin, tag.end - tag.begin));
    auto inside = std::string_view{whole};
    const bool output = inside.starts_with("{{") && inside.ends_with("}}");
    if (output) inside = trim(inside.substr(2, inside.size() - 4));
    if (output && field_key(inside) == field_key(kUnsubscribeField)) {
      out += "<a href=\"" + whole + "\">" + whole + "</a>";
    } else {
      out += whole;
    }
    at = tag.end;
  }
  append_html(out, text.substr(at));
  return out;
}

std::size_t place_in(std::string_view html) {
  const auto lower = lower_ascii(html);
  for (const std::string_view end : {"</body", "</html"}) {
    if (const auto at = lower.rfind(end); at != lower.npos) return at;
  }
  return html.size();
}

std::unexpected<Error> wrong(std::string_view code, std::string message) {
  return invalid(std::string(code), std::move(message));
}

}  // namespace

Result<Footer> Footer::make(std::string_view text, std::string_view postal_address) {
  const auto words = tidied(text), postal = tidied(postal_address);
  if (words.size() > kLongestText || !is_plain_lines(words)) {
    return wrong("bad_footer", "The footer is plain text of at most 2,000 characters.");
  }
  if (postal.size() > kLongestPostal || !is_plain_lines(postal)) {
    return wrong("bad_postal_address", "The postal address is plain text of at most 500 characters.");
  }
  if (postal.find("{{") != postal.npos || postal.find("{%") != postal.npos) {
    return wrong("bad_postal_address", "The postal address holds no {{ fields }}: it is the same for all.");
  }
  Footer footer;
  footer.has_text_ = !words.empty();
  const auto compile = [](std::string_view from, TemplateKind kind) {
    return Template::compile(from, {}, {.kind = kind, .own_field = kUnsubscribeField});
  };
  auto plain = compile(words, TemplateKind::text);
  auto html = plain ? compile(html_of(words), TemplateKind::html) : plain;
  if (!html) {
    return wrong("bad_footer",
                 "The footer is plain text that may hold {{ unsubscribe_url }} and no other "
                 "field: " +
                     html.error().message);
  }
  footer.text_ = std::move(*plain);
  footer.html_ = std::move(*html);
  footer.postal_text_ = postal;
  append_html(footer.postal_html_, postal);
  footer.postal_words_ = squeezed(postal);
  return footer;
}

void Footer::add_to_text(std::string& text, const Said& said, std::string_view unsubscribe_url) const {
  const bool words = adds_text(said), postal = adds_postal(said);
  if (!words && !postal) return;
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.pop_back();
  if (!text.empty()) text += "\n\n";
  if (words) text += text_.render({.own_field = unsubscribe_url}).value_or("") + "\n";
  if (postal) text += (words ? "\n" : "") + postal_text_ + "\n";
}

void Footer::add_to_html(std::string& html, const Said& said, std::string_view unsubscribe_url) const {
  const bool words = adds_text(said), postal = adds_postal(said);
  if (!words && !postal) return;
  std::string block = "\n<div style=\"margin-top:2em;font-size:smaller\">\n";
  if (words) block += "<p>" + html_.render({.own_field = unsubscribe_url}).value_or("") + "</p>\n";
  if (postal) block += "<p>" + postal_html_ + "</p>\n";
  html.insert(place_in(html), block + "</div>\n");
}

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return lower_ascii(out);
}

}  // namespace postrider

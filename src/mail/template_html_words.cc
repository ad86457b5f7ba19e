#include "mail/template_html_words.h"

#include <algorithm>
#include <initializer_list>

namespace postrider {
namespace {

using Names = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool holds_raw_text(std::string_view tag) {
  return is_one_of(tag, {"title", "textarea", "style", "script", "xmp", "iframe", "noembed", "noframes",
                         "noscript", "plaintext"});
}

bool takes_no_value(std::string_view tag, std::string_view attribute) {
  return attribute == "style" || attribute == "srcdoc" || attribute.starts_with("on") ||
         tag.starts_with("animate") ||
         is_one_of(tag, {"applet", "base", "embed", "frame", "iframe", "link", "meta", "object", "param",
                         "script", "set"});
}

bool holds_urls(std::string_view attribute) {
  return is_one_of(attribute, {"srcset", "imagesrcset", "ping", "archive"});
}

bool holds_url(std::string_view attribute) {
  return is_one_of(attribute,
                   {"action", "background", "cite", "classid", "codebase", "data", "dynsrc", "formaction",
                    "icon", "longdesc", "lowsrc", "manifest", "poster", "profile", "usemap"}) ||
         attribute.contains("src") || attribute.contains("url") || attribute.contains("uri") ||
         attribute.ends_with("href");
}

std::string_view plain_name(std::string_view attribute) {
  if (attribute.starts_with("data-")) attribute.remove_prefix(5);
  if (const auto colon = attribute.find(':'); colon != attribute.npos) {
    if (attribute.starts_with("xmlns:")) return "href";
    attribute.remove_prefix(colon + 1);
  }
  return attribute;
}

bool is_read_in_two_ways(std::string_view tag) {
  return is_one_of(tag, {"svg", "math", "select", "noscript", "frameset"});
}

}  // namespace postrider

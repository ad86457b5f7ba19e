#include "fuzz/html_reader.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"

namespace postrider::fuzz {
namespace {

bool holds(std::string_view text, std::string_view marker) {
  return lower_ascii(text).find(marker) != std::string::npos;
}

constexpr std::array<std::string_view, 10> kUrls{
    "href", "src", "action", "formaction", "poster", "background", "cite", "longdesc", "data", "xlink:href"};

std::string misplaced_attribute(const GumboAttribute& attribute, std::string_view marker) {
  const std::string name = lower_ascii(attribute.name);
  if (holds(name, marker)) return "the name of an attribute";
  if (!holds(attribute.value, marker)) return {};
  if (name.starts_with("on")) return "an event handler";
  if (name == "style" || name == "srcdoc") return "the attribute " + name;
  if (std::ranges::find(kUrls, name) != kUrls.end() && is_unsafe_url(attribute.value)) {
    return "a URL with an unsafe scheme: " + std::string(attribute.value);
  }
  return {};
}

/// The first complaint of `look(node)` about one of `nodes`; empty: none.
template <class Look>
std::string first_of(const GumboVector& nodes, Look look) {
  for (unsigned i = 0; i < nodes.length; ++i) {
    if (auto what = look(*static_cast<const GumboNode*>(nodes.data[i])); !what.empty()) return what;
  }
  return {};
}

std::string acting_in(const GumboNode& node) {
  if (node.type == GUMBO_NODE_DOCUMENT) return first_of(node.v.document.children, acting_in);
  if (node.type != GUMBO_NODE_ELEMENT && node.type != GUMBO_NODE_TEMPLATE) return {};
  const GumboElement& element = node.v.element;
  constexpr std::array kActing{GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE,  GUMBO_TAG_IFRAME, GUMBO_TAG_OBJECT,
                               GUMBO_TAG_EMBED,  GUMBO_TAG_FORM,   GUMBO_TAG_LINK,   GUMBO_TAG_BASE,
                               GUMBO_TAG_SVG,    GUMBO_TAG_BUTTON, GUMBO_TAG_UNKNOWN};
  if (std::ranges::find(kActing, element.tag) != kActing.end()) {
    return std::string("an element ") + gumbo_normalized_tagname(element.tag);
  }
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string name = lower_ascii(attribute.name);
    if (name.starts_with("on") || name == "srcdoc" || name == "http-equiv") return "an attribute " + name;
    if (std::ranges::find(kUrls, name) != kUrls.end() && is_unsafe_url(attribute.value)) {
      return "an unsafe URL: " + std::string(attribute.value);
    }
  }
  return first_of(element.children, acting_in);
}

std::string misplaced_in(const GumboNode& node, std::string_view marker);

std::string misplaced_in_all(const GumboVector& nodes, std::string_view marker) {
  return first_of(nodes, [marker](const GumboNode& node) { return misplaced_in(node, marker); });
}

std::string misplaced_in(const GumboNode& node, std::string_view marker) {
  switch (node.type) {
    case GUMBO_NODE_DOCUMENT:
      return misplaced_in_all(node.v.document.children, marker);
    case GUMBO_NODE_COMMENT:
      return holds(node.v.text.text, marker) ? "a comment" : "";
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE: {
      const bool acts =
          node.parent != nullptr && node.parent->type == GUMBO_NODE_ELEMENT &&
          (node.parent->v.element.tag == GUMBO_TAG_SCRIPT || node.parent->v.element.tag == GUMBO_TAG_STYLE);
      return acts && holds(node.v.text.text, marker) ? "a script or style" : "";
    }
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
      break;
  }
  const GumboElement& element = node.v.element;
  if (element.tag == GUMBO_TAG_UNKNOWN) {
    GumboStringPiece name = element.original_tag;
    gumbo_tag_from_original_text(&name);
    if (name.data != nullptr && holds({name.data, name.length}, marker)) return "the name of an element";
  }
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    if (auto where = misplaced_attribute(attribute, marker); !where.empty()) return where;
  }
  return misplaced_in_all(element.children, marker);
}

auto parse(const std::string& html) {
  const auto destroy = [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); };
  return std::unique_ptr<GumboOutput, decltype(destroy)>(
      gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()), destroy);
}

}  // namespace

std::string misplaced(const std::string& html, std::string_view marker) {
  return misplaced_in(*parse(html)->document, marker);
}

std::string acting(const std::string& html) {
  return acting_in(*parse(html)->document);
}

bool is_unsafe_url(std::string_view url) {
  // As browsers read it (WHATWG URL 4.4): controls and blanks at the start are dropped, tabs and line
  // ends anywhere.
  while (!url.empty() && static_cast<unsigned char>(url[0]) <= 0x20) url.remove_prefix(1);
  std::string scheme;
  for (const char c : url) {
    if (c == '\t' || c == '\r' || c == '\n') continue;
    if (c == ':') {
      constexpr std::array<std::string_view, 5> safe{"http", "https", "mailto", "tel", "cid"};
      return std::ranges::find(safe, lower_ascii(scheme)) == safe.end();
    }
    const bool in_scheme = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '+' || c == '-' || c == '.';
    if (!in_scheme) return false;
    scheme += c;
  }
  return false;
}

}  // namespace postrider::fuzz

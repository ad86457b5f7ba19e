// Templates and values. A template compiles or says why not; rendering is bounded and always gives the
// same; a value is never scanned again; in HTML it stays text, whatever it holds and wherever the
// template puts it, as a parser that is none of ours sees it.

#include "mail/template.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "fuzz/html_reader.h"
#include "fuzz/pieces.h"
#include "fuzz/targets.h"

namespace postrider::fuzz {
namespace {

constexpr std::size_t kMost = 1024 * 1024;
constexpr std::string_view kMarker = "zqzq";

const std::vector<std::string>& columns() {
  static const std::vector<std::string> names{"First Name", "email", "größe", "n"};
  return names;
}

void check_words(const Error& error, std::initializer_list<std::string_view> codes) {
  require(std::ranges::find(codes, error.code) != codes.end(), "an error has one of the documented codes");
  require(!error.message.empty(), "an error says what is wrong");
  require(is_valid_utf8(error.message), "an error is valid UTF-8");
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void check_tags(std::string_view text) {
  std::size_t last = 0;
  for (const TagSpan& tag : template_tags(text)) {
    require(tag.begin >= last && tag.begin < tag.end && tag.end <= text.size(),
            "tags are in order and apart");
    last = tag.end;
    const auto whole = text.substr(tag.begin, tag.end - tag.begin);
    require(whole.starts_with("{{") || whole.starts_with("{%"), "a tag begins like one");
    require(whole.ends_with("}}") || whole.ends_with("%}"), "a tag ends like one");
  }
}

/// What comes out, or nothing where it is refused for this recipient.
std::optional<std::string> rendered(const Template& made, std::span<const std::string> values) {
  const RenderInput input{.values = values, .now = WallTime{std::chrono::seconds{1'795'000'000}}};
  const auto out = made.render(input);
  const auto again = made.render(input);
  require(out.has_value() == again.has_value() && (!out || *out == *again), "rendering again gives the same");
  if (!out) {
    check_words(out.error(), {"unresolved_field", "unsafe_url", "bad_value", "message_too_long"});
    return std::nullopt;
  }
  require(out->size() <= kMost, "what comes out is at most 1 MiB");
  return *out;
}

void check_line(const std::string& out, std::string_view text) {
  if (std::ranges::any_of(text, is_control)) return;
  require(std::ranges::none_of(out, is_control), "a line holds no control character from a value");
}

/// No tag repeats text, so whatever markup comes out more often than it stands in the template came
/// from a value. newline_to_br writes markup by itself.
void check_html(const std::string& out, std::string_view text) {
  if (text.find("newline_to_br") != text.npos) return;
  for (const char c : std::string_view{"<>\"'"}) {
    require(std::ranges::count(out, c) <= std::ranges::count(text, c), "markup comes from the template only");
  }
  if (lower_ascii(text).find(kMarker) != std::string::npos) return;
  if (const auto where = misplaced(out, kMarker); !where.empty()) {
    throw BrokenPromise("a value became " + where);
  }
}

void check_template(std::string_view text, TemplateKind kind, std::span<const std::string> values) {
  const auto made = Template::compile(text, columns(), {.kind = kind});
  if (!made) return check_words(made.error(), {"unknown_field", "bad_template", "template_too_large"});
  std::vector<std::string> empty(columns().size());
  bool resolved = true;
  for (const auto column : made->required_columns()) {
    require(column < columns().size(), "a required column is a column");
    resolved = resolved && column < values.size() && !trim(values[column]).empty();
  }
  require(made->required_columns().empty() || !rendered(*made, empty), "what is required cannot be empty");
  const auto out = rendered(*made, values);
  if (!out) return;
  require(resolved, "what comes out has all it requires");
  if (kind == TemplateKind::line) check_line(*out, text);
  if (kind == TemplateKind::html) check_html(*out, text);
}

Template fixed(std::string_view text, TemplateKind kind) {
  return Template::compile(text, columns(), {.kind = kind}).value();
}

/// A blank for each control character (C0, DEL, C1) and each line or paragraph separator.
std::string one_blank_each(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = std::max<std::size_t>(utf8_length(text), 1);
    const auto one = text.substr(0, length);
    const bool c1 = length == 2 && one[0] == '\xC2' && static_cast<unsigned char>(one[1]) < 0xA0;
    const bool separator = one == "\xE2\x80\xA8" || one == "\xE2\x80\xA9";
    out += (length == 1 && is_control(one[0])) || c1 || separator ? std::string_view{" "} : one;
    text.remove_prefix(length);
  }
  return out;
}

/// The plainest templates, where it is known what must come out.
void check_value(const std::string& value) {
  static const Template as_text = fixed("[{{ n }}]", TemplateKind::text);
  static const Template as_line = fixed("[{{ n }}]", TemplateKind::line);
  const std::vector<std::string> values{"", "", "", value};
  const auto text = rendered(as_text, values);
  require(!text || *text == "[" + value + "]", "a value is put in as it is and never scanned again");
  require(text || trim(value).empty() || !is_valid_utf8(value) ||
              value.find_first_not_of(" \t\r\n\v\f\xC2\xA0") == value.npos,
          "a value that is not blank is put in");
  const auto line = rendered(as_line, values);
  require(!line || *line == "[" + one_blank_each(value) + "]", "in a line, control characters are blanks");

  static const std::array html{
      fixed("<p>{{ n }}</p>", TemplateKind::html),
      fixed("<p title=\"{{ n }}\">x</p>", TemplateKind::html),
      fixed("<p title='{{ n }}'>x</p>", TemplateKind::html),
      fixed("<a href=\"{{ n }}\">x</a>", TemplateKind::html),
      fixed("<img src='{{ n }}' alt=\"\">", TemplateKind::html),
      fixed("<a href='https://example.com/{{ n }}?a={{ n }}#{{ n }}'>x</a>", TemplateKind::html)};
  for (const auto& made : html) {
    const auto out = rendered(made, values);
    if (!out) continue;
    require(std::ranges::count(*out, '<') <= 2 && std::ranges::count(*out, '>') <= 2, "a value is no markup");
    if (const auto where = misplaced(*out, kMarker); !where.empty())
      throw BrokenPromise("a value became " + where);
  }
}

}  // namespace

void try_template(std::string_view bytes) {
  Pieces pieces(bytes);
  const auto text = pieces.next();
  check_tags(text);
  std::vector<std::string> values;
  while (values.size() < columns().size()) values.emplace_back(pieces.next());
  check_value(values[0] + "zqzq");
  check_value(values[1]);
  for (const auto kind : {TemplateKind::line, TemplateKind::text, TemplateKind::html}) {
    check_template(text, kind, values);
  }
  // The same with values that try to leave wherever they are put.
  const std::vector<std::string> hostile{"zqzq\"'><zqzq zqzq=zqzq> zqzq='",
                                         "javascript:zqzq//-->zqzq</script><zqzq>", "zqzq{{ n }}{% raw %}`",
                                         values[3] + "zqzq"};
  check_template(text, TemplateKind::html, hostile);
  (void)Template::fields(text);
}

}  // namespace postrider::fuzz

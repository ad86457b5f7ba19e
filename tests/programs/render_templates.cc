// Renders templates for tests in other languages. Reads JSON lines
//   {"template": "…", "kind": "text", "columns": ["…"], "values": ["…"], "now": "2026-11-24T09:00:00Z"}
// and answers each with one line: {"text": "…"}, or {"error": "code", "message": "…", "stage": "compile"}.

#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "mail/template.h"

namespace {

using namespace postrider;
namespace json = boost::json;

std::string text_of(const json::object& request, std::string_view name, std::string_view otherwise) {
  const auto* value = request.if_contains(name);
  return std::string(value ? std::string_view(value->as_string()) : otherwise);
}

std::vector<std::string> texts_of(const json::object& request, std::string_view name) {
  std::vector<std::string> texts;
  if (const auto* values = request.if_contains(name)) {
    for (const auto& value : values->as_array()) texts.emplace_back(value.as_string());
  }
  return texts;
}

json::object refusal(const Error& error, std::string_view stage) {
  return {{"error", error.code}, {"message", error.message}, {"stage", stage}};
}

json::object answer(const json::object& request) {
  const auto kind = text_of(request, "kind", "text");
  const auto made = Template::compile(text_of(request, "template", ""), texts_of(request, "columns"),
                                      {.kind = kind == "html"   ? TemplateKind::html
                                               : kind == "line" ? TemplateKind::line
                                                                : TemplateKind::text});
  if (!made) return refusal(made.error(), "compile");
  const auto values = texts_of(request, "values");
  const auto now = parse_rfc3339(text_of(request, "now", "2026-11-24T09:00:00Z"));
  const auto out = made->render({.values = values, .now = now.value()});
  if (!out) return refusal(out.error(), "render");
  return {{"text", *out}};
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << json::serialize(answer(json::parse(line).as_object())) << '\n';
  }
}

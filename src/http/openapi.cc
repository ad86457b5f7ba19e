// The OpenAPI 3.1 document, made of the table of operations.

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "http/api.h"

namespace postrider {
namespace {

namespace json = boost::json;

}  // namespace

Schema problem_schema() {
  const Schema field =
      ObjectSchema("FieldError").needs("field", text()).needs("code", text()).needs("message", text());
  return ObjectSchema("Problem")
      .needs("type", text())
      .needs("title", text())
      .needs("status", whole(400, 599))
      .needs("code", text().about("stable, for programs"))
      .needs("detail", text().about("for people: what is wrong and what to do"))
      .may("errors", array_of(field).about("every field that is wrong"));
}

namespace {

/// What may go wrong with any call of this operation, beyond what it says itself.
std::vector<std::pair<int, std::string_view>> usual_refusals(const Operation& operation) {
  std::vector<std::pair<int, std::string_view>> all{{400, "not understood: parameters, JSON"},
                                                    {408, "did not arrive in time"},
                                                    {431, "headers too large"},
                                                    {503, "not now: busy, or the storage is in trouble"}};
  if (operation.access != Access::open) {
    all.emplace_back(401, "no credential, or one that is not valid");
    all.emplace_back(403, "the credential's role or scopes do not reach");
  }
  if (operation.path.find('{') != std::string::npos || !operation.query.empty())
    all.emplace_back(404, "there is no such thing");
  if (!operation.body.empty() || !operation.body_type.empty()) {
    all.emplace_back(413, "the body is too large");
    all.emplace_back(415, "the body's type is not taken");
  }
  all.emplace_back(operation.conflict, "its state does not allow it");
  all.emplace_back(422, "fields that are wrong, all of them");
  if (!operation.unmetered)
    all.emplace_back(429, "more requests in this minute than are taken of one caller");
  if (operation.keyed) all.emplace_back(409, "the Idempotency-Key is in use");
  return all;
}

json::array parameters_of(const Operation& operation, json::object& components) {
  json::array all;
  for (const auto segment : split(operation.path, '/')) {
    if (segment.empty() || segment.front() != '{') continue;
    const std::string name(segment.substr(1, segment.size() - 2));
    const bool whole_number =
        (name == "id" || name.ends_with("_id") || name == "number") && name != "sheet_id";
    const auto schema = whole_number ? whole(1, INT64_MAX) : text(1, name == "token" ? 1'000 : 320);
    all.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", schema.words()}});
  }
  for (const auto& parameter : operation.query) {
    all.push_back({{"name", parameter.name},
                   {"in", "query"},
                   {"description", parameter.about},
                   {"schema", refer(parameter.schema.words(), components)}});
  }
  if (operation.keyed) {
    all.push_back(
        {{"name", "Idempotency-Key"},
         {"in", "header"},
         {"description",
          "A text of your own, unique to this request; repeating the request with it does nothing twice."},
         {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}, {"pattern", "^[!-~]+$"}}}});
  }
  return all;
}

json::object document_of(const Operation& operation, json::object& components, const json::value& problem) {
  json::object out{{"operationId", operation.id},
                   {"summary", operation.summary},
                   {"tags", json::array{operation.tag}},
                   {"x-access", to_string(operation.access)}};
  if (!operation.cli.empty()) out["x-cli"] = operation.cli;
  if (operation.cli.empty()) out["x-no-cli"] = operation.no_cli;
  if (operation.access == Access::open) {
    out["security"] = json::array{};
  } else {
    out["security"] =
        json::array{json::object{{"key", json::array{}}}, json::object{{"session", json::array{}}}};
  }
  if (auto parameters = parameters_of(operation, components); !parameters.empty())
    out["parameters"] = std::move(parameters);
  if (!operation.body.empty()) {
    out["requestBody"] = {
        {"required", !operation.body_optional},
        {"content", {{"application/json", {{"schema", refer(operation.body.words(), components)}}}}}};
  } else if (!operation.body_type.empty()) {
    out["requestBody"] = {{"required", true},
                          {"content", {{operation.body_type, {{"schema", {{"type", "string"}}}}}}}};
  }
  json::object answers;
  for (const auto& answer : operation.answers) {
    json::object said{{"description", answer.about}};
    if (!answer.schema.empty()) {
      said["content"] = {{answer.content_type, {{"schema", refer(answer.schema.words(), components)}}}};
    } else if (answer.status != 204) {
      said["content"] = {{answer.content_type, {{"schema", {{"type", "string"}}}}}};
    }
    if (operation.paged) {
      said["headers"] = {{"X-Total-Count", {{"schema", {{"type", "integer"}}}}},
                         {"Link", {{"schema", {{"type", "string"}}}}}};
    }
    answers[std::to_string(answer.status)] = std::move(said);
  }
  for (const auto& [status, about] : usual_refusals(operation)) {
    const auto key = std::to_string(status);
    if (answers.contains(key)) continue;
    answers[key] = {{"description", about},
                    {"content", {{"application/problem+json", {{"schema", problem}}}}}};
  }
  out["responses"] = std::move(answers);
  return out;
}

}  // namespace

json::object openapi_document(const Operations& operations, std::string_view version) {
  json::object components, paths;
  const auto problem = refer(problem_schema().words(), components);
  for (const auto& operation : operations) {
    auto& path = paths[operation.path];
    if (!path.is_object()) path.emplace_object();
    path.as_object()[lower_ascii(operation.method)] = document_of(operation, components, problem);
  }
  return {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Postrider"},
        {"version", version},
        {"description", "Email campaigns in which every single email is its own durable, scheduled task."},
        {"license", {{"name", "See LICENSE"}}}}},
      {"servers", json::array{json::object{{"url", "/"}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(components)},
        {"securitySchemes",
         {{"key", {{"type", "http"}, {"scheme", "bearer"}, {"description", "postrider key create"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-postrider"}}}}}}}};
}

}  // namespace postrider

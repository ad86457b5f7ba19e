// Templates: subjects and messages kept for use in campaigns, with every version they ever had.

#include <boost/json.hpp>

#include "actions/templates.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kMost = std::int64_t{1} << 53;

json::array list_of(const std::vector<std::string>& variables) {
  json::array list;
  for (const auto& variable : variables) list.emplace_back(variable);
  return list;
}

std::string joined(const std::vector<std::string>& variables) {
  std::string text;
  for (const auto& variable : variables) text += (text.empty() ? "" : ", ") + variable;
  return text;
}

json::object template_json(const SavedTemplate& saved) {
  return {{"id", saved.id.value},
          {"name", saved.name},
          {"description", text_or_null(saved.description)},
          {"subject", saved.subject},
          {"message", saved.message},
          {"format", to_string(saved.format)},
          {"variables", text_or_null(joined(saved.variables))},
          {"variables_list", list_of(saved.variables)},
          {"version", saved.version},
          {"created_at", format_rfc3339(saved.created)},
          {"updated_at", format_rfc3339(saved.updated)}};
}

json::object version_json(const TemplateVersion& version) {
  return {{"number", version.number},
          {"subject", version.subject},
          {"message", version.message},
          {"format", to_string(version.format)},
          {"saved_at", format_rfc3339(version.saved)},
          {"saved_by", version.by}};
}

TemplateChange change_in(const json::object& body) {
  TemplateChange change;
  change.name = text_in(body, "name");
  change.description = text_in(body, "description");
  change.subject = text_in(body, "subject");
  change.message = text_in(body, "message");
  change.variables = text_in(body, "variables");
  if (const auto format = text_in(body, "format")) change.format = parse_message_format(*format);
  return change;
}

HttpAnswer list(Call& call) {
  const auto before = read_cursor(call);
  if (!before) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.templates.templates(
      {.before = SavedTemplateId{*before}, .skip = *call.number("skip"), .limit = limit + 1});
  const auto next = cut_page(page, limit, [](const SavedTemplate& saved) { return saved.id.value; });
  json::array items;
  for (const auto& saved : page) {
    items.push_back({{"id", saved.id.value},
                     {"name", saved.name},
                     {"description", text_or_null(saved.description)},
                     {"created_at", format_rfc3339(saved.created)},
                     {"variables_count", saved.variables.size()}});
  }
  auto answer = json_answer(items);
  add_paging(answer, call, call.actions.templates.template_count(), next);
  return answer;
}

HttpAnswer create(Call& call) {
  const auto made = add_template(call.actions, change_in(call.fields()));
  if (!made) return problem(made.error());
  auto answer = json_answer(template_json(*made), 201);
  answer.set("Location", "/api/templates/" + std::to_string(made->id.value));
  return answer;
}

HttpAnswer read(Call& call) {
  const auto saved = call.actions.templates.saved_template(SavedTemplateId{call.id()});
  return saved ? json_answer(template_json(*saved)) : problem(saved.error());
}

HttpAnswer change(Call& call) {
  const auto changed = update_template(call.actions, SavedTemplateId{call.id()}, change_in(call.fields()));
  return changed ? json_answer(template_json(*changed)) : problem(changed.error());
}

HttpAnswer remove(Call& call) {
  const auto removed = remove_template(call.actions, SavedTemplateId{call.id()});
  if (!removed) return problem(removed.error());
  return success(call, "Template deleted", json::object{{"template_id", removed->id.value}});
}

HttpAnswer versions(Call& call) {
  const auto before = read_cursor(call);
  if (!before || *before > INT32_MAX) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page =
      call.actions.templates.versions(SavedTemplateId{call.id()}, static_cast<int>(*before), limit + 1);
  if (!page) return problem(page.error());
  const auto next = cut_page(*page, limit, [](const TemplateVersion& version) { return version.number; });
  json::array items;
  for (const auto& version : *page) {
    auto item = version_json(version);
    item.erase("message");
    items.push_back(std::move(item));
  }
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

HttpAnswer version(Call& call) {
  if (call.id("number") > INT32_MAX)
    return problem(404, "version_not_found", "The template has no such version.");
  const auto version =
      call.actions.templates.version(SavedTemplateId{call.id()}, static_cast<int>(call.id("number")));
  return version ? json_answer(version_json(*version)) : problem(version.error());
}

Schema format_schema() {
  return one_of({"text", "html", "markdown"});
}

Schema template_schema() {
  return ObjectSchema("TemplateResponse")
      .needs("id", whole(1, kMost))
      .needs("name", text())
      .needs("description", text().or_null())
      .needs("subject", text())
      .needs("message", text(0, 1 << 20))
      .needs("format", format_schema())
      .needs("variables", text().or_null().about("comma list"))
      .needs("variables_list", array_of(text()))
      .needs("version", whole(1, kMost))
      .needs("created_at", moment())
      .needs("updated_at", moment());
}

ObjectSchema version_fields(std::string_view name) {
  return ObjectSchema(name)
      .needs("number", whole(1, kMost))
      .needs("subject", text())
      .needs("format", format_schema())
      .needs("saved_at", moment())
      .needs("saved_by", text());
}

}  // namespace

Operations template_operations() {
  const Schema summary = ObjectSchema("TemplateSummary")
                             .needs("id", whole(1, kMost))
                             .needs("name", text())
                             .needs("description", text().or_null())
                             .needs("created_at", moment())
                             .needs("variables_count", whole(0, kMost));
  const auto optional = [](ObjectSchema object) {
    return object.may("description", text(0, 10'000).or_null())
        .may("variables", text(0, 5'000).or_null().about("comma list; not given: the fields that are used"))
        .may("format", format_schema())
        .read_only({"id", "created_at", "updated_at", "variables_list", "version"});
  };
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/templates",
                 .id = "listTemplates",
                 .tag = "templates",
                 .access = Access::viewer,
                 .summary = "Templates, newest first",
                 .cli = "postrider template list --json",
                 .query = skip_parameters(),
                 .answers = {{200, "a page of templates", array_of(summary)}},
                 .paged = true,
                 .handle = list});
  all.push_back({.method = "POST",
                 .path = "/api/templates",
                 .id = "createTemplate",
                 .tag = "templates",
                 .access = Access::editor,
                 .summary = "A new template",
                 .cli = "postrider template add --name {name} --subject {subject} --message {message}",
                 .body = optional(ObjectSchema("TemplateCreate")
                                      .needs("name", text(1, 255))
                                      .needs("subject", text(1, 500))
                                      .needs("message", text(1, 1 << 20))),
                 .limit = {4 << 20, false},
                 .answers = {{201, "the template", template_schema()}},
                 .keyed = true,
                 .handle = create});
  all.push_back({.method = "GET",
                 .path = "/api/templates/{id}",
                 .id = "getTemplate",
                 .tag = "templates",
                 .access = Access::viewer,
                 .summary = "One template",
                 .cli = "postrider template show {id} --json",
                 .answers = {{200, "the template", template_schema()}},
                 .handle = read});
  all.push_back({.method = "PUT",
                 .path = "/api/templates/{id}",
                 .id = "updateTemplate",
                 .tag = "templates",
                 .access = Access::editor,
                 .summary = "Change a template; what is not given stays, what it was is kept as a version",
                 .cli = "postrider template update {id} --name {name}",
                 .body = optional(ObjectSchema("TemplateUpdate")
                                      .may("name", text(1, 255))
                                      .may("subject", text(1, 500))
                                      .may("message", text(1, 1 << 20))),
                 .limit = {4 << 20, false},
                 .answers = {{200, "the template", template_schema()}},
                 .handle = change});
  all.push_back(
      {.method = "DELETE",
       .path = "/api/templates/{id}",
       .id = "deleteTemplate",
       .tag = "templates",
       .access = Access::editor,
       .summary = "Delete a template with its versions; campaigns keep what they say",
       .cli = "postrider template remove {id}",
       .answers = {{200, "deleted",
                    success_schema("TemplateDeleted", ObjectSchema().needs("template_id", whole(1, kMost)))}},
       .handle = remove});
  all.push_back({.method = "GET",
                 .path = "/api/templates/{id}/versions",
                 .id = "listTemplateVersions",
                 .tag = "templates",
                 .access = Access::viewer,
                 .summary = "What it was, newest first",
                 .cli = "postrider template versions {id} --json",
                 .query = cursor_parameters(),
                 .answers = {{200, "a page of versions", array_of(version_fields("TemplateVersionSummary"))}},
                 .paged = true,
                 .handle = versions});
  all.push_back({.method = "GET",
                 .path = "/api/templates/{id}/versions/{number}",
                 .id = "getTemplateVersion",
                 .tag = "templates",
                 .access = Access::viewer,
                 .summary = "One version",
                 .cli = "postrider template show {id} --version {number} --json",
                 .answers = {{200, "the version",
                              version_fields("TemplateVersion").needs("message", text(0, 1 << 20))}},
                 .handle = version});
  return all;
}

}  // namespace postrider

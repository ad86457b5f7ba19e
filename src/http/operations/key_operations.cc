// API keys: made, shown once, revoked.

#include <boost/json.hpp>

#include "actions/api_keys.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

json::object key_json(const ApiKey& key) {
  json::array scopes;
  for (const auto& scope : key.scopes) scopes.emplace_back(scope);
  return {{"id", key.id.value},
          {"name", key.name},
          {"role", key.role ? json::value(to_string(*key.role)) : json::value(nullptr)},
          {"scopes", std::move(scopes)},
          {"prefix", key.prefix},
          {"created_at", format_rfc3339(key.created)},
          {"last_used_at", time_value(key.last_used)},
          {"expires_at", time_value(key.expires)},
          {"revoked_at", time_value(key.revoked)}};
}

HttpAnswer create(Call& call) {
  const auto& body = call.fields();
  KeyWish wish{.name = *text_in(body, "name")};
  if (const auto role = text_in(body, "role"); role && !role->empty()) wish.role = parse_role(*role);
  if (const auto* scopes = body.if_contains("scopes")) {
    for (const auto& scope : scopes->as_array()) wish.scopes.emplace(scope.as_string());
  }
  if (const auto days = number_in(body, "expires_in_days")) wish.life = std::chrono::days{*days};
  const auto made = create_key(call.actions, wish);
  if (!made) return problem(made.error());
  auto out = key_json(made->key);
  out["key"] = made->token;
  return json_answer(out, 201);
}

HttpAnswer list(Call& call) {
  const auto before = read_cursor(call);
  if (!before) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.accounts.keys(ApiKeyId{*before}, limit + 1);
  const auto next = cut_page(page, limit, [](const ApiKey& key) { return key.id.value; });
  json::array items;
  for (const auto& key : page) items.push_back(key_json(key));
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

HttpAnswer revoke(Call& call) {
  const auto revoked = revoke_key(call.actions, ApiKeyId{call.id()});
  return revoked ? json_answer(key_json(*revoked)) : problem(revoked.error());
}

ObjectSchema key_fields(std::string_view name) {
  return ObjectSchema(name)
      .needs("id", whole(1, INT64_MAX))
      .needs("name", text())
      .needs("role", one_of({"viewer", "editor", "owner"}).or_null())
      .needs("scopes", array_of(text()))
      .needs("prefix", text().about("the start of the key, to tell it by"))
      .needs("created_at", moment())
      .needs("last_used_at", moment().or_null())
      .needs("expires_at", moment().or_null())
      .needs("revoked_at", moment().or_null());
}

}  // namespace

Operations key_operations() {
  const Schema key = key_fields("ApiKey");
  const Schema made = key_fields("NewApiKey").needs("key", text().about("shown this once"));
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/keys",
                 .id = "listKeys",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "API keys, newest first; the revoked, too",
                 .cli = "postrider key list --json",
                 .query = cursor_parameters(),
                 .answers = {{200, "a page of keys", array_of(key)}},
                 .paged = true,
                 .handle = list});
  all.push_back({.method = "POST",
                 .path = "/api/keys",
                 .id = "createKey",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "A new API key, shown once",
                 .cli = "postrider key create --name {name} --role {role} --json",
                 .body = ObjectSchema("KeyCreate")
                             .needs("name", text(1, 64))
                             .may("role", one_of({"viewer", "editor", "owner"}).or_null())
                             .may("scopes", array_of(one_of({"tasks", "bounces", "metrics"}), 3))
                             .may("expires_in_days", whole(1, 3650).or_null()),
                 .answers = {{201, "the key", made}},
                 .keyed = true,
                 .handle = create});
  all.push_back({.method = "DELETE",
                 .path = "/api/keys/{id}",
                 .id = "revokeKey",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "Revoke a key, at once and for good",
                 .cli = "postrider key revoke {id}",
                 .answers = {{200, "the key as it is now", key}},
                 .handle = revoke});
  return all;
}

}  // namespace postrider

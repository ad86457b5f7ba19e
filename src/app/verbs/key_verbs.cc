// key create | list | revoke

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actions/api_keys.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct CreateOptions {
  std::string name;
  std::optional<std::string> role;
  std::vector<std::string> scopes;
  std::optional<int> days;
};

VerbResult create(VerbContext& context, Output& output, const CreateOptions& options) {
  KeyWish wish{.name = options.name, .role = std::nullopt, .scopes = {}, .life = std::nullopt};
  if (options.role) wish.role = parse_role(*options.role);
  wish.scopes.insert(options.scopes.begin(), options.scopes.end());
  if (options.days) wish.life = std::chrono::days{*options.days};
  const auto made = create_key(context.actions, wish);
  if (!made) return std::unexpected(made.error());
  if (output.wants_json()) {
    auto shown = to_json(made->key);
    shown["key"] = made->token;
    output.print(shown);
  } else {
    output.say(made->token);
    output.note(
        fmt::format("Key {} ({}): this is the only time it is shown. Programs send it as "
                    "`Authorization: Bearer …`.",
                    made->key.id.value, made->key.name));
  }
  return 0;
}

std::string standing(const ApiKey& key, WallTime now) {
  if (key.revoked) return "revoked";
  if (key.expires && *key.expires <= now) return "expired";
  return "active";
}

struct ListOptions {
  std::optional<std::int64_t> before;
  std::optional<int> limit;
};

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  const auto limit = options.limit.value_or(1000);
  const auto page = context.actions.accounts.keys(ApiKeyId{options.before.value_or(0)}, limit);
  const bool more = page.size() == static_cast<std::size_t>(limit);
  const auto now = context.actions.clock.wall_now();
  Table table({">ID", "NAME", "STARTS WITH", "ROLE", "SCOPES", "SINCE", "LAST USED", "EXPIRES", "STATUS"});
  json::array rows;
  for (const auto& key : page) {
    table.add({std::to_string(key.id.value), key.name, key.prefix,
               key.role ? std::string(to_string(*key.role)) : "-",
               key.scopes.empty() ? "-" : fmt::format("{}", fmt::join(key.scopes, ", ")),
               show_time(key.created), show_time(key.last_used), show_time(key.expires), standing(key, now)});
    rows.push_back(to_json(key));
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"keys", std::move(rows)},
                     {"next_before", more ? json::value(page.back().id.value) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say("No API keys yet. `postrider key create --name ci --role editor` makes one.");
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --before {}", page.back().id.value));
  }
  return 0;
}

VerbResult revoke(VerbContext& context, Output& output, ApiKeyId id) {
  const auto key = revoke_key(context.actions, id);
  if (!key) return std::unexpected(key.error());
  if (output.wants_json()) {
    output.print(to_json(*key));
  } else {
    output.say(fmt::format("Key {} ({}) is revoked.", key->id.value, key->name));
  }
  return 0;
}

}  // namespace

void add_key_verbs(VerbTable& table) {
  auto* group = table.group("key", "API keys: what programs show");
  {
    auto options = std::make_shared<CreateOptions>();
    auto* verb = table.verb(
        group, "create", "Make a key and print it, this once", "postrider key create --name ci --role editor",
        [options](VerbContext& context, Output& output) { return create(context, output, *options); });
    add_name(verb, options->name, "What to tell it by");
    add_choice(verb, "--role", options->role, {"viewer", "editor", "owner"}, "What it may do");
    verb->add_option("--scope", options->scopes,
                     "A single thing it may do: tasks, bounces or metrics; may be given several times")
        ->type_name("SCOPE");
    add_number(verb, "--expires", options->days, 1, 3650, "Days until it ends (never)");
  }
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "list", "List the keys, newest first", "postrider key list",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_number(verb, "--limit", options->limit, 1, 10'000, "At most this many (1000)");
    add_number(verb, "--before", options->before, 1, INT64_MAX, "Only those with smaller ids");
  }
  {
    auto id = std::make_shared<ApiKeyId>();
    auto* verb =
        table.verb(group, "revoke", "End a key, at once and for good", "postrider key revoke 3",
                   [id](VerbContext& context, Output& output) { return revoke(context, output, *id); });
    add_id(verb, *id, "The key's id, as `key list` shows it");
  }
}

}  // namespace postrider

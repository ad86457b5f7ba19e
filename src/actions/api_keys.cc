#include "actions/api_keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "actions/problem.h"
#include "base/text.h"
#include "base/token.h"

namespace postrider {

Result<NewKey> create_key(ActionContext& context, const KeyWish& wish) {
  std::vector<Problem> problems;
  const auto name = std::string(trim(wish.name));
  if (name.empty() || name.size() > kLongestKeyName || !is_valid_utf8(name) || one_line(name) != name) {
    problems.push_back(
        {"bad_key_name",
         fmt::format("A key's name is one line of 1 to {} octets, to tell it by.", kLongestKeyName)});
  }
  if (!wish.role && wish.scopes.empty()) {
    problems.push_back(
        {"key_without_rights", fmt::format("A key needs a role (owner, editor, viewer) or a scope ({}).",
                                           fmt::join(kKeyScopes, ", "))});
  }
  for (const auto& scope : wish.scopes) {
    if (std::ranges::find(kKeyScopes, scope) != std::end(kKeyScopes)) continue;
    problems.push_back({"unknown_scope", fmt::format("There is no scope {}: there are {}.",
                                                     one_line(scope, 40), fmt::join(kKeyScopes, ", "))});
  }
  if (wish.life && *wish.life <= Micros{0})
    problems.push_back({"bad_key_life", "A key must be good for some time."});
  if (!problems.empty())
    return std::unexpected(join_problems(Error::Kind::invalid, "bad_key", "This key has", problems));

  NewKey made{.key = {.name = name, .role = wish.role, .scopes = wish.scopes},
              .token = make_token(kKeyPrefix)};
  made.key.prefix = token_start(made.token, kKeyPrefix);
  made.key.created = context.clock.wall_now();
  if (wish.life) made.key.expires = made.key.created + *wish.life;
  made.key.id = context.accounts.add_key(made.key, token_hash(made.token));
  context.store.audit(
      context.who,
      fmt::format("created key {} ({}){}{}", made.key.id.value, name,
                  wish.role ? " as " + std::string(to_string(*wish.role)) : "",
                  wish.scopes.empty() ? "" : fmt::format(" for {}", fmt::join(wish.scopes, ", "))));
  return made;
}

Result<ApiKey> revoke_key(ActionContext& context, ApiKeyId id) {
  auto key = context.accounts.revoke_key(id);
  if (key) context.store.audit(context.who, fmt::format("revoked key {} ({})", id.value, key->name));
  return key;
}

}  // namespace postrider

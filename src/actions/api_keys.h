#pragma once
// API keys: made, shown once, revoked.

#include <set>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// What a key without a role may do: push tasks, hand in bounces, read metrics.
inline constexpr std::string_view kKeyScopes[] = {"tasks", "bounces", "metrics"};
inline constexpr std::size_t kLongestKeyName = 64;

struct KeyWish {
  std::string name;
  std::optional<Role> role;
  std::set<std::string> scopes;
  std::optional<Micros> life;  ///< none: until it is revoked
};

struct NewKey {
  ApiKey key;
  std::string token;  ///< what a program sends as `Authorization: Bearer …`; never shown again
};

/// A key needs a role or a scope.
Result<NewKey> create_key(ActionContext& context, const KeyWish& wish);
Result<ApiKey> revoke_key(ActionContext& context, ApiKeyId id);

}  // namespace postrider

#pragma once
// Who may call what. Every operation says what it needs; there is no default and one place that
// compares (may_call). A caller is an account (by its session cookie) or an API key. Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/account_store.h"

namespace postrider {

enum class Access {
  open,     ///< anybody, without a credential
  viewer,   ///< and above: reads
  editor,   ///< and above: campaigns, templates, lists, suppressions
  owner,    ///< mailboxes, queues, accounts, keys, settings
  tasks,    ///< a key with the scope `tasks`, or an owner
  bounces,  ///< a key with the scope `bounces`, or an editor
  metrics   ///< a key with the scope `metrics`, or a viewer
};

struct Caller {
  enum class Kind { nobody, key, session };
  Kind kind = Kind::nobody;
  std::string name;  ///< for the audit log: "account:ana", "key:ci"
  std::optional<Role> role;
  std::set<std::string> scopes;  ///< of a key
  AccountId account;             ///< of a session
  std::string session_token;     ///< of a session

  bool known() const { return kind != Kind::nobody; }
};

bool may_call(const Caller& caller, Access needed);

std::string_view to_string(Access access);

}  // namespace postrider

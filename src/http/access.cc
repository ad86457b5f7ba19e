#include "http/access.h"

namespace postrider {

bool may_call(const Caller& caller, Access needed) {
  const auto at_least = [&](Role role) { return caller.known() && caller.role && *caller.role >= role; };
  const auto scoped = [&](const char* scope) { return caller.known() && caller.scopes.contains(scope); };
  switch (needed) {
    case Access::open:
      return true;
    case Access::viewer:
      return at_least(Role::viewer);
    case Access::editor:
      return at_least(Role::editor);
    case Access::owner:
      return at_least(Role::owner);
    case Access::tasks:
      return scoped("tasks") || at_least(Role::owner);
    case Access::bounces:
      return scoped("bounces") || at_least(Role::editor);
    case Access::metrics:
      return scoped("metrics") || at_least(Role::viewer);
  }
  return false;
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::open:
      return "open";
    case Access::viewer:
      return "viewer";
    case Access::editor:
      return "editor";
    case Access::owner:
      return "owner";
    case Access::tasks:
      return "tasks";
    case Access::bounces:
      return "bounces";
    case Access::metrics:
      return "metrics";
  }
  return "";
}

}  // namespace postrider

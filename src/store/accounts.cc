// What the values of account_store.h mean, the same for every store.

#include <algorithm>

#include "store/account_store.h"

namespace postrider {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::viewer:
      return "viewer";
    case Role::editor:
      return "editor";
    case Role::owner:
      return "owner";
  }
  return "viewer";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const auto role : {Role::viewer, Role::editor, Role::owner}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

std::unexpected<Error> link_not_valid() {
  return not_found(
      "link_not_valid",
      "This link is not valid: it was used, or has expired, or is no link of ours. Ask for a new "
      "one (`postrider account link`, `postrider account invite`).");
}

Micros block_after(int failures) {
  if (failures < kFreeFailures) return Micros{0};
  const int doublings = std::min(failures - kFreeFailures, 16);
  return std::min(kLongestBlock, kFirstBlock * (1 << doublings));
}

}  // namespace postrider

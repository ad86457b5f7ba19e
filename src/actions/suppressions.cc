#include "actions/suppressions.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {

Result<AddedSuppression> add_suppression(ActionContext& context, std::string_view who,
                                         std::string_view reason) {
  const auto key = suppression_key(who);
  if (!key) return std::unexpected(key.error());
  const auto why = trim(reason);
  Suppression suppression{.key = *key,
                          .reason = why.empty() ? "added by hand" : one_line(why),
                          .created = context.clock.wall_now()};
  const auto added = context.store.suppress(suppression);
  if (!added) return std::unexpected(added.error());
  context.store.audit(context.who, fmt::format("suppressed {}", *key));
  return AddedSuppression{std::move(suppression), added->cancelled};
}

Result<std::string> remove_suppression(ActionContext& context, std::string_view who) {
  auto key = suppression_key(who);
  if (!key) return key;
  const auto removed = context.store.unsuppress(*key);
  if (!removed) return std::unexpected(removed.error());
  context.store.audit(context.who, fmt::format("no longer suppressed {}", *key));
  return key;
}

}  // namespace postrider

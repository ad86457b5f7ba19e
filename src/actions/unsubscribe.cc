#include "actions/unsubscribe.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postrider {
namespace {

std::unexpected<Error> unknown() {
  return not_found("unsubscribe_link_unknown",
                   "This is no unsubscribe link of this installation. It must be whole, as it stands in the "
                   "email.");
}

std::string masked(std::string_view key) {
  const auto at = key.rfind('@');
  const auto first = std::min(std::max<std::size_t>(utf8_length(key), 1), at);
  return std::string(key.substr(0, first)) + "…" + std::string(key.substr(at));
}

Address address_of(std::string_view key) {
  const auto at = key.rfind('@');
  return {.local = std::string(key.substr(0, at)), .domain = std::string(key.substr(at + 1))};
}

bool is_example(std::string_view link) {
  return unsubscribe_token_in(link) == kExampleToken;
}

}  // namespace

Result<UnsubscribeView> look_up_unsubscribe(ActionContext& context, std::string_view link) {
  if (is_example(link)) return UnsubscribeView{.example = true};
  const auto named = context.links.read(link);
  if (!named) return unknown();
  const bool suppressed = context.store.find_suppression(address_of(named->address_key)).has_value();
  return UnsubscribeView{.masked = masked(named->address_key), .unsubscribed = suppressed};
}

Result<UnsubscribeAnswer> unsubscribe(ActionContext& context, std::string_view link) {
  if (is_example(link)) return UnsubscribeAnswer{.view = {.example = true}};
  const auto named = context.links.read(link);
  if (!named) return unknown();
  const auto done = context.store.suppress({.key = named->address_key,
                                            .reason = "unsubscribed",
                                            .created = context.clock.wall_now(),
                                            .kind = SuppressionKind::unsubscribed,
                                            .campaign = named->campaign});
  if (!done) return std::unexpected(done.error());
  if (done->added > 0) {
    context.store.audit(context.who, fmt::format("unsubscribed {} by a link of campaign {}",
                                                 named->address_key, named->campaign.value));
  }
  return UnsubscribeAnswer{.view = {.masked = masked(named->address_key), .unsubscribed = true},
                           .address = named->address_key,
                           .cancelled = done->cancelled};
}

}  // namespace postrider

#include "app/owner_alerts.h"

#include "app/post_alert.h"

namespace postrider {
namespace {

AlertPostSettings post_settings(const Settings& settings) {
  return {.to = settings.alert_url.empty() ? std::string() : origin_of(settings.alert_url),
          .key = settings.alert_key};
}

/// One round of either, on its thread.
template <class Way>
std::function<void()> round_of(Way& way, const AlertWorld& world) {
  return [&way, &world] {
    auto actions = world.actions();
    way.deliver(actions, world.storage_trouble());
  };
}

}  // namespace

OwnerAlerts::OwnerAlerts(AlertStore& store, const Settings& settings, WebClient& web, AlertWorld world,
                         Log& log)
    : world_(std::move(world)),
      mails_(store, {.email = settings.alert_email, .mailbox = settings.alert_mailbox}),
      posts_(
          store, post_settings(settings),
          [&web, &settings](const AlertPost& post) {
            return post_alert(web, settings.alert_url, settings.targets, post);
          },
          log),
      mail_loop_("alert mails", round_of(mails_, world_), log),
      post_loop_("alert posts", round_of(posts_, world_), log) {}

void OwnerAlerts::start() {
  mail_loop_.start();
  post_loop_.start();
}

void OwnerAlerts::round_now(std::chrono::milliseconds patience) {
  mail_loop_.round_now(patience);
  post_loop_.round_now(patience);
}

bool OwnerAlerts::stop(std::chrono::milliseconds patience) {
  const bool mailed = mail_loop_.stop(patience);
  return post_loop_.stop(patience) && mailed;
}

}  // namespace postrider

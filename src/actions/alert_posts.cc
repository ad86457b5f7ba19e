#include "actions/alert_posts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "actions/alerts.h"
#include "actions/webhook_signature.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr int kAtATime = 20;
constexpr int kMostDoublings = 10;
constexpr int kGone = 410;

/// Ids come again after a restore from a backup, moments do not.
std::string id_of(std::int64_t number, WallTime made) {
  return fmt::format("alert_{}_{}", number, to_micros(made));
}

std::string body_of(ActionContext& context, const AlertMessage& message, const std::string& id,
                    WallTime made) {
  boost::json::object out{{"id", id},
                          {"cause", message.cause},
                          {"at", format_rfc3339(made)},
                          {"campaign_id", nullptr},
                          {"campaign_name", nullptr},
                          {"mailbox_id", nullptr},
                          {"mailbox_name", nullptr},
                          {"sentence", message.sentence},
                          {"link", context.link_base}};
  const auto about = [&](std::string_view noun, std::int64_t number) {
    out[fmt::format("{}_id", noun)] = number;
    out[fmt::format("{}_name", noun)] = message.name;
    const auto* plural = noun == "campaign" ? "campaigns" : "mailboxes";
    out["link"] = fmt::format("{}/api/{}/{}", context.link_base, plural, number);
  };
  if (message.campaign) about("campaign", message.campaign.value);
  if (message.never_through) about("mailbox", message.never_through.value);
  return boost::json::serialize(out);
}

}  // namespace

Micros alert_post_backoff(int tries) {
  return std::min<Micros>(1h, 5s * (1 << std::clamp(tries, 0, kMostDoublings)));
}

Result<bool> AlertPosts::post(ActionContext& context, const AlertMessage& message, const std::string& id,
                              WallTime made) {
  const auto now = context.clock.wall_now();
  AlertPost post{.headers = {}, .body = body_of(context, message, id, made)};
  post.headers = {{"content-type", "application/json"},
                  {"webhook-id", id},
                  {"webhook-timestamp", webhook_timestamp(now)},
                  {"webhook-signature", webhook_signature(settings_.key, id, now, post.body)}};
  const auto status = wire_(post);
  if (!status) return std::unexpected(status.error());
  if (*status >= 200 && *status < 300) return true;
  if (*status == kGone) return false;
  return std::unexpected(Error{Error::Kind::unavailable, "alert_not_taken",
                               fmt::format("{} answered {}.", settings_.to, *status)});
}

void AlertPosts::give_up(const Alert& alert, const std::string& why) {
  store_.give_up(AlertWay::post, alert.id, why);
  log_.write(LogLevel::warning, "alert_not_posted",
             {{"alert", std::to_string(alert.id.value)},
              {"to", settings_.to},
              {"tries", std::to_string(alert.tries)},
              {"why", why}});
}

void AlertPosts::deliver_one(ActionContext& context, const Alert& alert) {
  const auto now = context.clock.wall_now();
  if (settings_.to.empty())
    return store_.give_up(AlertWay::post, alert.id, "It is to be posted nowhere: ALERT_URL is not set.");
  if (now >= alert.made + kAlertLife) return give_up(alert, "It could not be posted within a day.");
  const auto later = now + alert_post_backoff(alert.tries);
  if (context.store.state().quarantined_at)
    return store_.try_again(AlertWay::post, alert.id, later, "The database is in quarantine.");
  const auto message = alert_message(context, alert);
  if (!message) return give_up(alert, message.error().message);
  const auto taken = post(context, *message, id_of(alert.id.value, alert.made), alert.made);
  if (!taken) return store_.try_again(AlertWay::post, alert.id, later, taken.error().message);
  if (!*taken) return give_up(alert, "Its receiver answered 410: it is not wanted any more.");
  store_.told(AlertWay::post, alert.id);
  context.store.audit(context.who, fmt::format("posted to {}: {}", settings_.to, message->subject));
}

void AlertPosts::tell_of_storage(ActionContext& context, const std::string& trouble) {
  const auto now = context.clock.wall_now();
  if (settings_.to.empty() || (storage_ && now < storage_->not_before)) return;
  if (!storage_ || storage_->over) storage_ = Storage{.made = now};
  const auto message = storage_message(context.store.state().file, trouble);
  const auto taken = post(context, message, id_of(0, storage_->made), storage_->made);
  storage_->over = taken.has_value();
  storage_->not_before = now + (taken ? kAlertEvery : alert_post_backoff(storage_->tries++));
}

void AlertPosts::deliver(ActionContext& context, const std::string& trouble) {
  if (!trouble.empty()) return tell_of_storage(context, trouble);
  if (storage_ && !storage_->over) storage_.reset();  // it is over before anybody could be told
  for (const auto& alert : store_.due(AlertWay::post, context.clock.wall_now(), kAtATime))
    deliver_one(context, alert);
}

}  // namespace postrider

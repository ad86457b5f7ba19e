// The mailboxes: standing, cap, and a try of each server, side by side.

#include <fmt/format.h>

#include <future>

#include "actions/doctor_parts.h"
#include "actions/mailboxes.h"
#include "campaign/mailbox_advice.h"

namespace postrider {
namespace {

constexpr std::size_t kMostTried = 16;

Finding standing(const Mailbox& mailbox) {
  if (needs_consent(mailbox)) {
    return {"mailbox", Severity::fault, fmt::format("Mailbox {} needs a new consent.", mailbox.name),
            standing_of(mailbox), "postrider mailbox update " + mailbox.name + " --ask-refresh-token"};
  }
  const bool stopped = mailbox.status == MailboxStatus::stopped;
  return {"mailbox", Severity::fault,
          fmt::format("Mailbox {} is {}.", mailbox.name, stopped ? "stopped until a person acts" : "paused"),
          standing_of(mailbox), "postrider mailbox resume " + mailbox.name};
}

std::string_view in_words(std::string_view step) {
  if (step == "token") return "no access token can be had";
  if (step == "look-up") return "its server's name is not found";
  if (step == "connect") return "its server takes no connection";
  if (step == "tls") return "there is no trusted encryption";
  if (step == "login") return "the login is refused";
  if (step == "sender") return "its sender is refused";
  return "its server does not answer as a mail server does";
}

Finding trial_of(ActionContext& context, const Mailbox& mailbox) {
  const auto test = "postrider mailbox test " + mailbox.name;
  const auto tried = test_mailbox(context, mailbox.name);
  if (!tried) {
    return {"mailbox", Severity::fault, fmt::format("Mailbox {} cannot be tried.", mailbox.name),
            tried.error().message, test};
  }
  if (!tried->server.trouble || tried->server.steps.empty()) {
    return {
        "mailbox", Severity::fine, fmt::format("Mailbox {} can send.", mailbox.name),
        mailbox.mock ? "It is a mock: no server is asked." : fmt::format("{}:{}", mailbox.host, mailbox.port),
        ""};
  }
  const auto& last = tried->server.steps.back();
  return {"mailbox", Severity::fault,
          fmt::format("Mailbox {} cannot send: {}.", mailbox.name, in_words(last.name)),
          fmt::format("{} at {}:{}: {} {}", last.name, mailbox.host, mailbox.port, last.words, tried->advice),
          command_in(tried->advice, test)};
}

}  // namespace

Findings examine_mailboxes(ActionContext& context, const std::vector<Mailbox>& mailboxes) {
  Findings all;
  if (mailboxes.empty()) {
    all.push_back(
        {"mailbox", Severity::warning, "There is no mailbox to send from.", "", "postrider mailbox presets"});
  }
  std::vector<std::future<Finding>> trials;
  for (const auto& mailbox : mailboxes) {
    if (trials.size() == kMostTried) break;
    trials.push_back(
        std::async(std::launch::async, [&context, &mailbox] { return trial_of(context, mailbox); }));
  }
  for (const auto& mailbox : mailboxes) {
    if (mailbox.status != MailboxStatus::active) all.push_back(standing(mailbox));
    if (mailbox.cap_24h == 0) continue;
    const auto sent = context.store.sent_last_24h(mailbox.id, context.clock.wall_now());
    if (sent < mailbox.cap_24h) continue;
    all.push_back(
        {"mailbox", Severity::warning,
         fmt::format("Mailbox {} has used up its cap; it goes on by itself.", mailbox.name),
         fmt::format("{} of {} emails in the last 24 hours.", sent, mailbox.cap_24h),
         fmt::format("postrider mailbox update {} --cap-24h {}", mailbox.name, mailbox.cap_24h * 2)});
  }
  for (auto& trial : trials) all.push_back(trial.get());
  if (mailboxes.size() > kMostTried) {
    all.push_back({"mailbox", Severity::fine, fmt::format("The first {} mailboxes were tried.", kMostTried),
                   fmt::format("There are {}.", mailboxes.size()), "postrider mailbox list"});
  }
  return all;
}

}  // namespace postrider

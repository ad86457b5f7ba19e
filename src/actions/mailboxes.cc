#include "actions/mailboxes.h"

#include <fmt/format.h>

#include <algorithm>

#include "actions/mailbox_oauth.h"
#include "base/text.h"
#include "campaign/mailbox_advice.h"
#include "campaign/mailbox_preset.h"
#include "campaign/quota_clock.h"

namespace postrider {

namespace {

std::uint16_t usual_port(Tls tls) {
  switch (tls) {
    case Tls::none:
      return 25;
    case Tls::starttls:
      return 587;
    case Tls::implicit:
      return 465;
  }
  return 587;
}

/// "AB:CD" as "abcd"; "none" as nothing.
std::string plain_pin(std::string_view text) {
  std::string pin = lower_ascii(trim(text));
  if (pin == "none") return {};
  std::erase(pin, ':');
  return pin;
}

/// What the preset says stands in `change` wherever nothing else was said.
Result<void> fill_in(const MailboxPreset& preset, MailboxChange& change) {
  const auto host = host_of(preset, change.region.value_or(""));
  if (!host) return std::unexpected(host.error());
  if (!change.host && !host->empty()) change.host = *host;
  // With another encryption its usual port is meant, not the preset's.
  if (!change.port && !change.tls) change.port = preset.port;
  if (!change.tls) change.tls = preset.tls;
  if (!change.sessions) change.sessions = preset.sessions;
  if (!change.per_minute) change.per_minute = preset.per_minute;
  if (!change.cap_24h) change.cap_24h = preset.cap_24h;
  if (!change.quota_clock) change.quota_clock = std::string(preset.quota_clock);
  if (!change.user && preset.user_is_address) change.user = change.from;
  if (change.host && !host->empty() && !change.user) {
    return invalid("no_user", fmt::format("The preset {} needs --user. {}", preset.name, preset.wants));
  }
  return {};
}

/// Puts the change into the mailbox and judges the whole.
Result<void> merge(ActionContext& context, const MailboxChange& change, Mailbox& mailbox) {
  if (change.from) mailbox.from = *change.from;
  if (change.from_name) mailbox.from_name = *change.from_name;
  if (change.host) mailbox.host = *change.host;
  if (change.user) mailbox.user = *change.user;
  if (change.tls) mailbox.tls = *change.tls;
  if (change.port) mailbox.port = *change.port;
  if (change.cap_24h) mailbox.cap_24h = *change.cap_24h;
  if (change.per_minute) mailbox.per_minute = *change.per_minute;
  if (change.sessions) mailbox.sessions = *change.sessions;
  if (change.ca_pem) mailbox.ca_pem = *change.ca_pem;
  if (change.pin) mailbox.pin = plain_pin(*change.pin);
  if (change.postal_address) mailbox.postal_address = std::string(trim(*change.postal_address));
  if (change.footer) mailbox.footer = std::string(trim(*change.footer));
  if (change.unsubscribe_address)
    mailbox.unsubscribe_address = std::string(trim(*change.unsubscribe_address));
  if (change.quota_clock) mailbox.quota_clock = std::string(trim(*change.quota_clock));
  if (const auto clock = validate_quota_clock(mailbox.quota_clock); !clock) return clock;
  if (const auto oauth = merge_oauth(context, change, mailbox); !oauth) return oauth;
  if (mailbox.user.empty() || mailbox.oauth) {
    mailbox.password_sealed.clear();  // nothing to log in with: keep no secret without a use
  } else if (change.password && !change.password->empty()) {
    mailbox.password_sealed = context.secrets.seal(*change.password);
  } else if (mailbox.password_sealed.empty()) {
    return invalid("no_password",
                   fmt::format("Mailbox {} logs in as {} and needs a password: set POSTRIDER_SMTP_PASSWORD "
                               "or type it when asked.",
                               mailbox.name, mailbox.user));
  }
  return validate(mailbox);
}

Result<Mailbox> find_changeable(ActionContext& context, std::string_view name) {
  auto mailbox = context.store.find_mailbox(name);
  if (mailbox && mailbox->from_environment) {
    return conflict(
        "mailbox_from_environment",
        fmt::format("Mailbox {} is defined by the SMTP_* settings of the environment. Change them and start "
                    "the server again.",
                    name));
  }
  return mailbox;
}

}  // namespace

Result<Mailbox> add_mailbox(ActionContext& context, std::string_view name, MailboxChange settings) {
  if (settings.preset) {
    const auto preset = find_mailbox_preset(*settings.preset);
    if (!preset) return std::unexpected(preset.error());
    const auto filled = fill_in(*preset, settings);
    if (!filled) return std::unexpected(filled.error());
  } else if (settings.region) {
    return invalid("bad_region", "--region belongs to a preset: --preset ses.");
  }
  Mailbox mailbox;
  mailbox.name = std::string(name);
  mailbox.created = context.clock.wall_now();
  mailbox.mock = context.mock;
  mailbox.port = usual_port(settings.tls.value_or(mailbox.tls));
  const auto fine = merge(context, settings, mailbox);
  if (!fine) return std::unexpected(fine.error());
  const auto id = context.store.add_mailbox(mailbox);
  if (!id) return std::unexpected(id.error());
  context.store.audit(context.who, fmt::format("added mailbox {}", name));
  return context.store.mailbox(*id);
}

Result<Mailbox> update_mailbox(ActionContext& context, std::string_view name, const MailboxChange& change) {
  auto mailbox = find_changeable(context, name);
  if (!mailbox) return mailbox;
  const auto fine = merge(context, change, *mailbox);
  if (!fine) return std::unexpected(fine.error());
  const auto updated = context.store.update_mailbox(*mailbox);
  if (!updated) return std::unexpected(updated.error());
  context.store.audit(context.who, fmt::format("changed mailbox {}", name));
  if (changes_oauth(change) && mailbox->status != MailboxStatus::active) {
    if (const auto resumed = context.store.resume_mailbox(mailbox->id); !resumed)
      return std::unexpected(resumed.error());
  }
  return context.store.mailbox(mailbox->id);
}

Result<void> remove_mailbox(ActionContext& context, std::string_view name) {
  const auto mailbox = find_changeable(context, name);
  if (!mailbox) return std::unexpected(mailbox.error());
  auto removed = context.store.remove_mailbox(mailbox->id);
  if (removed) context.store.audit(context.who, fmt::format("removed mailbox {}", name));
  return removed;
}

Result<Mailbox> resume_mailbox(ActionContext& context, std::string_view name) {
  const auto mailbox = context.store.find_mailbox(name);
  if (!mailbox) return mailbox;
  const auto resumed = context.store.resume_mailbox(mailbox->id);
  if (!resumed) return std::unexpected(resumed.error());
  context.store.audit(context.who, fmt::format("resumed mailbox {}", name));
  return context.store.mailbox(mailbox->id);
}

Result<MailboxTrial> test_mailbox(ActionContext& context, std::string_view name) {
  auto mailbox = context.store.find_mailbox(name);
  if (!mailbox) return std::unexpected(mailbox.error());
  MailboxTrial trial{.mailbox = *mailbox};
  if (mailbox->mock) return trial;
  const auto server = mail_server_of(*mailbox, context.secrets, context.tokens_of);
  if (!server) return std::unexpected(server.error());
  trial.server = context.try_mail_server(*server, mailbox->from);
  if (trial.server.trouble) {
    const auto& seen = trial.server.certificate;
    trial.advice = advice_on(*trial.server.trouble, *mailbox, seen ? seen->pin : "", seen ? seen->names : "");
  } else {
    context.store.note_size_limit(mailbox->id, static_cast<std::int64_t>(trial.server.max_size));
    trial.mailbox.size_limit = static_cast<std::int64_t>(trial.server.max_size);
  }
  return trial;
}

}  // namespace postrider

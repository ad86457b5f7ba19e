// Mailboxes: the accounts we send from. Passwords come in and never go out.

#include <boost/json.hpp>

#include "actions/mailboxes.h"
#include "campaign/mailbox_preset.h"
#include "http/nouns/json_values.h"
#include "http/nouns/nouns_json.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kMost = std::int64_t{1} << 53;

json::object show(Call& call, const Mailbox& mailbox) {
  return to_json(mailbox, call.actions.store.sent_last_24h(mailbox.id, call.actions.clock.wall_now()));
}

MailboxChange change_in(const json::object& body) {
  MailboxChange change;
  change.from = text_in(body, "from");
  change.from_name = text_in(body, "from_name");
  change.host = text_in(body, "smtp_host");
  change.user = text_in(body, "user");
  change.password = text_in(body, "password");
  if (const auto port = number_in(body, "smtp_port")) change.port = static_cast<std::uint16_t>(*port);
  if (const auto tls = text_in(body, "tls")) change.tls = parse_tls(*tls);
  if (const auto cap = number_in(body, "cap_24h")) change.cap_24h = static_cast<int>(*cap);
  if (const auto rate = number_in(body, "per_minute")) change.per_minute = static_cast<int>(*rate);
  if (const auto sessions = number_in(body, "sessions")) change.sessions = static_cast<int>(*sessions);
  change.ca_pem = text_in(body, "tls_ca");
  change.pin = text_in(body, "tls_pin");
  change.quota_clock = text_in(body, "quota_clock");
  change.postal_address = text_in(body, "postal_address");
  change.footer = text_in(body, "footer");
  change.unsubscribe_address = text_in(body, "unsubscribe_address");
  change.oauth_client_id = text_in(body, "oauth_client_id");
  change.oauth_client_secret = text_in(body, "oauth_client_secret");
  change.oauth_refresh_token = text_in(body, "oauth_refresh_token");
  change.oauth_token_uri = text_in(body, "oauth_token_uri");
  change.oauth_scope = text_in(body, "oauth_scope");
  change.oauth_tenant = text_in(body, "oauth_tenant");
  change.preset = text_in(body, "preset");
  change.region = text_in(body, "region");
  return change;
}

HttpAnswer list(Call& call) {
  json::array items;
  for (const auto& mailbox : call.actions.store.mailboxes()) items.push_back(show(call, mailbox));
  auto answer = json_answer(items);
  answer.set("X-Total-Count", std::to_string(items.size()));
  return answer;
}

HttpAnswer create(Call& call) {
  const auto made = add_mailbox(call.actions, *text_in(call.fields(), "name"), change_in(call.fields()));
  if (!made) return problem(made.error());
  auto answer = json_answer(show(call, *made), 201);
  answer.set("Location", "/api/mailboxes/" + std::to_string(made->id.value));
  return answer;
}

/// What is done to a mailbox that is known by its id, with its name in hand.
template <class Act>
HttpAnswer with_mailbox(Call& call, Act act) {
  const auto mailbox = call.actions.store.mailbox(MailboxId{call.id()});
  if (!mailbox) return problem(mailbox.error());
  return act(*mailbox);
}

HttpAnswer read(Call& call) {
  return with_mailbox(call, [&](const Mailbox& mailbox) { return json_answer(show(call, mailbox)); });
}

HttpAnswer change(Call& call) {
  return with_mailbox(call, [&](const Mailbox& mailbox) {
    const auto changed = update_mailbox(call.actions, mailbox.name, change_in(call.fields()));
    return changed ? json_answer(show(call, *changed)) : problem(changed.error());
  });
}

HttpAnswer remove(Call& call) {
  return with_mailbox(call, [&](const Mailbox& mailbox) {
    const auto removed = remove_mailbox(call.actions, mailbox.name);
    return removed ? HttpAnswer{.status = 204, .content_type = {}} : problem(removed.error());
  });
}

HttpAnswer resume(Call& call) {
  return with_mailbox(call, [&](const Mailbox& mailbox) {
    const auto resumed = resume_mailbox(call.actions, mailbox.name);
    return resumed ? json_answer(show(call, *resumed)) : problem(resumed.error());
  });
}

HttpAnswer test(Call& call) {
  return with_mailbox(call, [&](const Mailbox& mailbox) {
    const auto trial = test_mailbox(call.actions, mailbox.name);
    if (!trial) return problem(trial.error());
    json::array steps;
    for (const auto& step : trial->server.steps) {
      steps.push_back(
          {{"name", step.name},
           {"passed", step.passed},
           {"milliseconds", std::chrono::duration_cast<std::chrono::milliseconds>(step.took).count()},
           {"words", step.words}});
    }
    return json_answer(json::object{{"passed", !trial->server.trouble.has_value()},
                                    {"steps", std::move(steps)},
                                    {"advice", text_or_null(trial->advice)},
                                    {"mailbox", show(call, trial->mailbox)}});
  });
}

HttpAnswer presets(Call&) {
  json::array items;
  for (const auto& preset : mailbox_presets()) {
    items.push_back({{"name", preset.name},
                     {"provider", preset.provider},
                     {"smtp_host", preset.host},
                     {"smtp_port", preset.port},
                     {"tls", to_string(preset.tls)},
                     {"sessions", preset.sessions},
                     {"per_minute", preset.per_minute},
                     {"cap_24h", preset.cap_24h},
                     {"wants", preset.wants}});
  }
  return json_answer(items);
}

Schema tls_schema() {
  return one_of({"starttls", "implicit", "none"});
}

ObjectSchema fields(std::string_view name) {
  return ObjectSchema(name)
      .may("from", text(3, 320).about("the address in From and in the envelope"))
      .may("from_name", text(0, 255))
      .may("smtp_host", text(1, 255))
      .may("smtp_port", whole(1, 65535))
      .may("tls", tls_schema())
      .may("user", text(0, 320))
      .may("password", text(0, 1024).about("sealed at once, never shown"))
      .may("oauth_client_id",
           text(0, 500).about("log in by OAuth as this client; none or empty: by password"))
      .may("oauth_client_secret",
           text(0, 8'192).about("sealed at once, never shown; empty: the client has none"))
      .may("oauth_refresh_token",
           text(1, 8'192).about("sealed at once, never shown; a stopped mailbox goes on by it"))
      .may("oauth_token_uri", text(1, 200).about("https; known of Google and Microsoft"))
      .may("oauth_scope", text(0, 1'000).about("known of Google and Microsoft"))
      .may("oauth_tenant", text(0, 100).about("at Microsoft; common if not given"))
      .may("cap_24h", whole(0, 1'000'000).about("in any 24 hours; 0: no cap"))
      .may("per_minute", whole(0, 10'000).about("0: no limit"))
      .may("sessions", whole(1, 200))
      .may("tls_ca", text(0, 1 << 18).about("PEM; empty: none any more"))
      .may("tls_pin", text(1, 200).about("SHA-256 of the server's public key, hex; none: none any more"))
      .may("quota_clock", text(1, 100))
      .may("postal_address", text(0, 1'000).about("stands in the footer; newsletters need one"))
      .may("footer", text(0, 5'000).about("a template that may hold {{ unsubscribe_url }}"))
      .may("unsubscribe_address",
           text(0, 320).about("where mails that unsubscribe go; empty: the mailbox's own"));
}

Schema oauth_schema() {
  return ObjectSchema("MailboxOAuth")
      .needs("client_id", text())
      .needs("token_uri", text())
      .needs("scope", text())
      .needs("has_client_secret", boolean())
      .needs("has_refresh_token", boolean())
      .needs("needs_consent",
             boolean().about("stopped until a person consents anew and stores the refresh token"));
}

Schema mailbox_schema() {
  return ObjectSchema("Mailbox")
      .needs("id", whole(1, kMost))
      .needs("name", text())
      .needs("from", text())
      .needs("from_name", text())
      .needs("smtp_host", text())
      .needs("smtp_port", whole(0, 65535))
      .needs("tls", tls_schema())
      .needs("user", text())
      .needs("has_password", boolean())
      .needs("oauth", oauth_schema().or_null())
      .needs("cap_24h", whole(0, kMost))
      .needs("per_minute", whole(0, kMost))
      .needs("sessions", whole(1, 200))
      .needs("tls_pin", text())
      .needs("has_tls_ca", boolean())
      .needs("quota_clock", text())
      .needs("postal_address", text())
      .needs("footer", text())
      .needs("unsubscribe_address", text())
      .needs("size_limit", whole(0, kMost).or_null())
      .needs("from_environment", boolean())
      .needs("mock", boolean())
      .needs("status", one_of({"active", "paused", "stopped"}))
      .needs("why", text())
      .needs("standing", text().about("why it does not send, until when, and what to do; empty: it does"))
      .needs("paused_until", moment().or_null())
      .needs("sent_last_24h", whole(0, kMost))
      .needs("created_at", moment());
}

Schema trial_schema() {
  const Schema step = ObjectSchema("TrialStep")
                          .needs("name", text())
                          .needs("passed", boolean())
                          .needs("milliseconds", whole(0, kMost))
                          .needs("words", text());
  return ObjectSchema("MailboxTrial")
      .needs("passed", boolean())
      .needs("steps", array_of(step))
      .needs("advice", text().or_null())
      .needs("mailbox", mailbox_schema());
}

Schema preset_schema() {
  return ObjectSchema("MailboxPreset")
      .needs("name", text())
      .needs("provider", text())
      .needs("smtp_host", text())
      .needs("smtp_port", whole(1, 65535))
      .needs("tls", tls_schema())
      .needs("sessions", whole(1, 200))
      .needs("per_minute", whole(0, kMost))
      .needs("cap_24h", whole(0, kMost))
      .needs("wants", text());
}

}  // namespace

Operations mailbox_operations() {
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/mailboxes",
                 .id = "listMailboxes",
                 .tag = "mailboxes",
                 .access = Access::viewer,
                 .summary = "Mailboxes with their use against their caps",
                 .cli = "postrider mailbox list --json",
                 .answers = {{200, "all of them", array_of(mailbox_schema())}},
                 .handle = list});
  all.push_back({.method = "POST",
                 .path = "/api/mailboxes",
                 .id = "createMailbox",
                 .tag = "mailboxes",
                 .access = Access::owner,
                 .summary = "A new mailbox",
                 .cli = "postrider mailbox add --name {name} --from {from} --smtp-host {smtp_host}",
                 .body = fields("MailboxCreate")
                             .needs("name", pattern("^[A-Za-z0-9._-]+$", 1, 64))
                             .may("preset", text(1, 40))
                             .may("region", text(1, 40))
                             .read_only({"id", "status", "why", "sent_last_24h", "created_at",
                                         "from_environment", "mock"}),
                 .answers = {{201, "the mailbox", mailbox_schema()}},
                 .keyed = true,
                 .handle = create});
  all.push_back({.method = "GET",
                 .path = "/api/mailboxes/{id}",
                 .id = "getMailbox",
                 .tag = "mailboxes",
                 .access = Access::viewer,
                 .summary = "One mailbox",
                 .cli = "postrider mailbox show {name} --json",
                 .answers = {{200, "the mailbox", mailbox_schema()}},
                 .handle = read});
  all.push_back({.method = "PUT",
                 .path = "/api/mailboxes/{id}",
                 .id = "updateMailbox",
                 .tag = "mailboxes",
                 .access = Access::owner,
                 .summary = "Change a mailbox; what is not given stays",
                 .cli = "postrider mailbox update {name} --cap-24h {cap_24h}",
                 .body = fields("MailboxUpdate")
                             .read_only({"id", "name", "status", "why", "sent_last_24h", "created_at",
                                         "from_environment", "mock"}),
                 .answers = {{200, "the mailbox", mailbox_schema()}},
                 .handle = change});
  all.push_back({.method = "DELETE",
                 .path = "/api/mailboxes/{id}",
                 .id = "removeMailbox",
                 .tag = "mailboxes",
                 .access = Access::owner,
                 .summary = "Remove a mailbox that no unfinished campaign uses",
                 .cli = "postrider mailbox remove {name}",
                 .answers = {{204, "removed"}},
                 .handle = remove});
  all.push_back({.method = "POST",
                 .path = "/api/mailboxes/{id}/resume",
                 .id = "resumeMailbox",
                 .tag = "mailboxes",
                 .access = Access::owner,
                 .summary = "It is mended: end its pause or stop",
                 .cli = "postrider mailbox resume {name}",
                 .answers = {{200, "the mailbox", mailbox_schema()}},
                 .handle = resume});
  all.push_back({.method = "POST",
                 .path = "/api/mailboxes/{id}/test",
                 .id = "testMailbox",
                 .tag = "mailboxes",
                 .access = Access::owner,
                 .summary = "Connect, greet, log in and leave, step by step; nothing is sent",
                 .cli = "postrider mailbox test {name} --json",
                 .answers = {{200, "what came of it", trial_schema()}},
                 .handle = test});
  all.push_back({.method = "GET",
                 .path = "/api/mailbox-presets",
                 .id = "listMailboxPresets",
                 .tag = "mailboxes",
                 .access = Access::viewer,
                 .summary = "What is known of large providers",
                 .cli = "postrider mailbox presets",
                 .answers = {{200, "all of them", array_of(preset_schema())}},
                 .handle = presets});
  return all;
}

}  // namespace postrider

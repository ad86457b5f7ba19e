// mailbox add | list | show | presets | test | update | resume | remove

#include <fmt/format.h>

#include "actions/mailboxes.h"
#include "app/verbs/files.h"
#include "app/verbs/mailbox_output.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "campaign/mailbox_advice.h"
#include "campaign/mailbox_preset.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

struct MailboxOptions {
  std::string name;
  MailboxChange change;
  std::optional<std::string> tls, ca_file;
  bool ask_password = false, ask_client_secret = false, ask_refresh_token = false;
};

/// With `none` it logs in by a password again.
bool names_client(const MailboxOptions& options) {
  const auto& client = options.change.oauth_client_id;
  return client && !client->empty() && *client != "none";
}

void add_settings(CLI::App* verb, const std::shared_ptr<MailboxOptions>& options) {
  auto& change = options->change;
  add_text(verb, "--from", change.from, "Sender's address", "ADDRESS");
  add_text(verb, "--from-name", change.from_name, "Sender's name");
  add_text(verb, "--smtp-host", change.host, "Mail server", "HOST");
  add_number(verb, "--smtp-port", change.port, 1, 65535, "Its port (587, implicit TLS 465, none 25)");
  add_choice(verb, "--tls", options->tls, {"none", "starttls", "implicit"}, "Encryption (starttls)");
  add_text(verb, "--tls-ca", options->ca_file,
           "Further authorities to trust, certificates in PEM form; none: the system's alone", "FILE");
  add_text(verb, "--tls-pin", change.pin,
           "Trust the server by this key alone (`mailbox test` shows it); none: by its certificate",
           "SHA256");
  add_text(verb, "--user", change.user,
           "Login; the password comes from POSTRIDER_SMTP_PASSWORD or is asked for. Empty: no login", "USER");
  add_text(
      verb, "--oauth-client-id", change.oauth_client_id,
      "Log in by OAuth as this client; its secret and refresh token come from POSTRIDER_OAUTH_CLIENT_SECRET and "
      "POSTRIDER_OAUTH_REFRESH_TOKEN or are asked for; none: by password",
      "ID");
  add_text(verb, "--oauth-token-uri", change.oauth_token_uri,
           "Where access tokens come from (known of Google and Microsoft)", "URI");
  add_text(verb, "--oauth-scope", change.oauth_scope, "What to ask for (known of Google and Microsoft)",
           "SCOPE");
  add_text(verb, "--oauth-tenant", change.oauth_tenant, "The tenant at Microsoft (common)", "TENANT");
  add_number(verb, "--cap-24h", change.cap_24h, 0, 1'000'000,
             "At most this many in any 24 hours; 0: no cap (50)");
  add_number(verb, "--per-minute", change.per_minute, 0, 10'000,
             "At most this many a minute; 0: no limit (0)");
  add_number(verb, "--sessions", change.sessions, 1, 200, "Connections at a time (5)");
  add_text(verb, "--postal-address", change.postal_address,
           "The sender's postal address, added to every message that does not hold it; '': none");
  add_text(verb, "--footer", change.footer,
           "Added to every message without {{ unsubscribe_url }}: how to unsubscribe; '': nothing");
  add_text(verb, "--unsubscribe-address", change.unsubscribe_address,
           "Where mails that unsubscribe go (the From address)", "ADDRESS");
  add_text(verb, "--quota-clock", change.quota_clock,
           "When the provider's day begins: rolling, or as in '00:00 America/Los_Angeles' (rolling)",
           "CLOCK");
}

constexpr std::size_t max_ca_file = 64 * 1024;

Result<MailboxChange> change_of(const MailboxOptions& options, const VerbContext& context) {
  auto change = options.change;
  if (options.tls) change.tls = parse_tls(*options.tls);
  if (!context.password.empty()) change.password = context.password;
  const bool names = names_client(options);
  if ((names && !context.client_secret.empty()) || options.ask_client_secret)
    change.oauth_client_secret = context.client_secret;
  if (names || options.ask_refresh_token) change.oauth_refresh_token = context.refresh_token;
  if (options.ca_file == "none") {
    change.ca_pem = "";
  } else if (options.ca_file) {
    auto pem = read_text(context.files, *options.ca_file, max_ca_file);
    if (!pem) return std::unexpected(pem.error());
    const auto fine = check_authorities(*pem);
    if (!fine) return std::unexpected(fine.error());
    change.ca_pem = std::move(*pem);
  }
  return change;
}

std::int64_t sent_lately(VerbContext& context, const Mailbox& mailbox) {
  return context.actions.store.sent_last_24h(mailbox.id, context.actions.clock.wall_now());
}

VerbResult answer(VerbContext& context, Output& output, const Result<Mailbox>& mailbox,
                  std::string_view done) {
  if (!mailbox) return std::unexpected(mailbox.error());
  if (output.wants_json()) {
    output.print(to_json(*mailbox, sent_lately(context, *mailbox)));
  } else {
    output.say(fmt::format("Mailbox {} {}.", mailbox->name, done));
  }
  return 0;
}

VerbResult list(VerbContext& context, Output& output) {
  Table table({"NAME", "FROM", "SERVER", "TLS", ">SENT 24H", ">CAP", ">PER MIN", ">SESSIONS", "STATUS"});
  boost::json::array rows;
  for (const auto& mailbox : context.actions.store.mailboxes()) {
    const auto sent = sent_lately(context, mailbox);
    const auto limit = [](int n) { return n == 0 ? std::string("-") : std::to_string(n); };
    table.add({mailbox.name, mailbox.from, fmt::format("{}:{}", mailbox.host, mailbox.port),
               std::string(to_string(mailbox.tls)), std::to_string(sent), limit(mailbox.cap_24h),
               limit(mailbox.per_minute), std::to_string(mailbox.sessions), show_status(mailbox)});
    rows.push_back(to_json(mailbox, sent));
  }
  if (output.wants_json()) {
    output.print(boost::json::object{{"mailboxes", std::move(rows)}});
  } else if (table.empty()) {
    output.say("No mailboxes yet. `postrider mailbox add --help` shows how to add one.");
  } else {
    output.print(table);
    for (const auto& mailbox : context.actions.store.mailboxes()) {
      const auto standing = standing_of(mailbox);
      if (!standing.empty()) output.note(fmt::format("{}: {}", mailbox.name, standing));
    }
  }
  return 0;
}

VerbResult show(VerbContext& context, Output& output, const std::string& name) {
  const auto mailbox = context.actions.store.find_mailbox(name);
  if (!mailbox) return std::unexpected(mailbox.error());
  show_mailbox(*mailbox, sent_lately(context, *mailbox), output);
  return 0;
}

VerbResult test(VerbContext& context, Output& output, const std::string& name) {
  const auto trial = test_mailbox(context.actions, name);
  if (!trial) return std::unexpected(trial.error());
  return show_trial(*trial, output);
}

}  // namespace

void add_mailbox_verbs(VerbTable& table) {
  auto* group = table.group("mailbox", "The accounts to send from");
  {
    auto options = std::make_shared<MailboxOptions>();
    auto* verb =
        table.verb(group, "add", "Add a mailbox",
                   "postrider mailbox add --name office --from ana@example.com --smtp-host smtp.example.com "
                   "--tls starttls --user ana@example.com --cap-24h 200",
                   [options](VerbContext& context, Output& output) -> VerbResult {
                     auto change = change_of(*options, context);
                     if (!change) return std::unexpected(change.error());
                     if (!change->preset && !change->host) {
                       return invalid("no_host",
                                      "Name the server: --smtp-host HOST, or --preset PRESET for a known "
                                      "provider (`postrider mailbox presets`).");
                     }
                     const auto preset = find_mailbox_preset(change->preset.value_or("custom"));
                     if (preset && change->preset && !output.wants_json()) output.note(preset->wants);
                     return answer(context, output, add_mailbox(context.actions, options->name, *change),
                                   "is there; `postrider mailbox test` tries it");
                   });
    add_name(verb, options->name, "Its name: letters, digits, . _ -, at most 64");
    add_settings(verb, options);
    verb->get_option("--from")->required();
    std::vector<std::string> presets;
    for (const auto& preset : mailbox_presets()) presets.emplace_back(preset.name);
    add_choice(verb, "--preset", options->change.preset, std::move(presets),
               "Server and limits of a known provider; other options win (`mailbox presets` lists them)");
    add_text(verb, "--region", options->change.region, "Of the preset ses", "REGION");
  }
  table.verb(group, "list", "List the mailboxes", "postrider mailbox list", list);
  {
    auto options = std::make_shared<MailboxOptions>();
    auto* verb =
        table.verb(group, "update", "Change a mailbox; takes effect at once",
                   "postrider mailbox update office --cap-24h 400",
                   [options](VerbContext& context, Output& output) -> VerbResult {
                     const auto change = change_of(*options, context);
                     if (!change) return std::unexpected(change.error());
                     return answer(context, output, update_mailbox(context.actions, options->name, *change),
                                   "is changed");
                   });
    add_name(verb, options->name, "The mailbox");
    add_settings(verb, options);
    verb->add_flag("--ask-password", options->ask_password, "Ask for a new password");
    verb->add_flag("--ask-refresh-token", options->ask_refresh_token,
                   "Take a new refresh token (OAuth), after a new consent; sending goes on by itself");
    verb->add_flag("--ask-client-secret", options->ask_client_secret, "Take a new client secret (OAuth)");
  }
  {
    auto name = std::make_shared<std::string>();
    auto* verb = table.verb(group, "show", "Show one mailbox: settings, standing, and what to do",
                            "postrider mailbox show office", [name](VerbContext& context, Output& output) {
                              return show(context, output, *name);
                            });
    add_name(verb, *name, "The mailbox");
  }
  table.verb(group, "presets", "List the providers that --preset knows, and what each wants",
             "postrider mailbox presets", [](VerbContext&, Output& output) -> VerbResult {
               show_presets(output);
               return 0;
             });
  {
    auto name = std::make_shared<std::string>();
    auto* verb = table.verb(group, "test", "Connect, log in and leave, step by step; nothing is sent",
                            "postrider mailbox test office", [name](VerbContext& context, Output& output) {
                              return test(context, output, *name);
                            });
    add_name(verb, *name, "The mailbox");
  }
  {
    auto name = std::make_shared<std::string>();
    auto* verb =
        table.verb(group, "resume", "Let a paused or stopped mailbox send again",
                   "postrider mailbox resume office", [name](VerbContext& context, Output& output) {
                     return answer(context, output, resume_mailbox(context.actions, *name), "is active");
                   });
    add_name(verb, *name, "The mailbox");
  }
  {
    auto name = std::make_shared<std::string>();
    auto* verb = table.verb(group, "remove", "Remove a mailbox that no unfinished campaign uses",
                            "postrider mailbox remove office",
                            [name](VerbContext& context, Output& output) -> VerbResult {
                              const auto removed = remove_mailbox(context.actions, *name);
                              if (!removed) return std::unexpected(removed.error());
                              if (output.wants_json()) {
                                output.print(boost::json::object{{"removed", *name}});
                              } else {
                                output.say(fmt::format("Mailbox {} is removed.", *name));
                              }
                              return 0;
                            });
    add_name(verb, *name, "The mailbox");
  }
}

}  // namespace postrider

#include "app/store_verb.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "app/control_client.h"
#include "app/control_socket.h"
#include "app/installation.h"
#include "app/look_around.h"
#include "app/mailbox_tokens.h"
#include "app/open_google.h"
#include "app/piped_input.h"
#include "app/remote_client.h"
#include "app/send_one.h"
#include "app/terminal.h"
#include "app/try_mail_server.h"
#include "app/verbs/global_options.h"
#include "app/verbs/verbs.h"
#include "mail/bounce_report.h"

namespace postrider {
namespace {

std::string who() {
  const auto* user = ::getpwuid(::geteuid());
  return user == nullptr ? fmt::format("local:uid-{}", ::geteuid()) : fmt::format("local:{}", user->pw_name);
}

/// The verb's own words for the lock, so that whoever waits knows for what: "running `campaign list`".
std::string work_of(const std::vector<std::string>& argv) {
  std::string words;
  for (const auto& word : argv) {
    if (word.starts_with('-') || words.find(' ') != words.npos) break;
    words += (words.empty() ? "" : " ") + word;
  }
  return "running `postrider " + words.substr(0, 40) + "`";
}

int run_here(const Program& program, const ControlRequest& request, const LoadedSettings& loaded,
             Installation& open, const Clock& clock) {
  const auto& settings = loaded.settings;
  const auto google = open_google(settings.google, nullptr, clock);
  const auto log = make_stderr_log(settings.log_level, settings.log_format);
  MailboxTokens tokens(open.store->campaigns(), open.secrets, clock, *log);
  ActionContext actions{.store = open.store->campaigns(),
                        .accounts = open.store->accounts(),
                        .templates = open.store->templates(),
                        .sheet_store = open.store->sheets(),
                        .clock = clock,
                        .secrets = open.secrets,
                        .links = open.links,
                        .who = who(),
                        .recipient_limit = settings.recipient_limit,
                        .mock = settings.mock,
                        .try_mail_server =
                            [&](const MailServer& server, const std::string& sender) {
                              SmtpOptions options;
                              options.our_name = settings.hello_name;
                              options.ca_file = settings.ca_file;
                              return try_mail_server(server, sender, clock, options);
                            },
                        .send_one =
                            [&](const MailServer& server, const Envelope& envelope, MessageView message) {
                              SmtpOptions options;
                              options.our_name = settings.hello_name;
                              options.ca_file = settings.ca_file;
                              return send_one(server, envelope, message, clock, std::move(options));
                            },
                        .sheets = google.sheets.get(),
                        .sheets_trouble = google.trouble,
                        .catch_directory = catch_log_beside(open.store->campaigns().state().file),
                        .cloud_queue = settings.cloud_tasks.queue,
                        .link_base = link_base(settings, settings.listen()),
                        .look_around =
                            [&] {
                              auto around = look_around(settings, loaded.warnings,
                                                        open.store->campaigns().state().file);
                              look_at_port(settings.listen(), around);
                              const auto web = make_web_client();
                              look_at_public_url(settings, *web, {}, around);
                              look_at_alarms(settings, *web, clock, around);
                              return around;
                            },
                        .tokens_of = [&](const Mailbox& mailbox) { return tokens.of(mailbox); }};
  LocalFiles files(request.directory);
  VerbContext context{.actions = actions,
                      .out = program.out,
                      .err = program.err,
                      .files = files,
                      .terminal = request.terminal,
                      .columns = request.columns,
                      .password = request.password,
                      .client_secret = request.client_secret,
                      .refresh_token = request.refresh_token,
                      .pause = {},
                      .server_runs = false};
  context.pause = [&](Micros time) {
    program.out.flush();
    std::this_thread::sleep_for(time);
    return true;
  };
  return run_store_verb(request.argv, context);
}

}  // namespace

Result<int> call_store_verb(const Program& program, const std::vector<std::string>& argv) {
  if (const auto explained = explain_store_verb(argv, program.out, program.err)) return *explained;
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  const auto& settings = loaded->settings;

  ControlRequest request{.argv = argv,
                         .directory = program.directory,
                         .terminal = stdout_is_terminal(),
                         .columns = terminal_columns(),
                         .password = {}};
  const auto said = [&](const char* word) { return std::ranges::find(argv, word) != argv.end(); };
  if (said("mailbox")) request.password = settings.smtp_password;
  if (said("account")) request.password = settings.account_password;
  if (said("--password-stdin")) {
    request.password = read_password();
  } else if (request.password.empty() && wants_password(argv)) {
    request.password = ask_password("Password: ");
  }

  const auto oauth = wanted_of_oauth(argv);
  if (oauth.client_secret) {
    request.client_secret = settings.oauth_client_secret;
    if (request.client_secret.empty()) request.client_secret = ask_password("Client secret (empty: none): ");
  }
  if (oauth.refresh_token) {
    request.refresh_token = settings.oauth_refresh_token;
    if (request.refresh_token.empty()) request.refresh_token = ask_password("Refresh token: ");
  }

  std::unique_ptr<PipedInput> piped;
  if (wants_input(argv)) {
    auto taken = PipedInput::take(kLargestReport);
    if (!taken) return std::unexpected(taken.error());
    piped = std::move(*taken);
    request.argv.insert(request.argv.end(), {"--file", piped->file()});
  }

  if (!settings.remote.url.empty()) {
    request.argv = without_global_options(request.argv);
    return call_remote(settings.remote, std::move(request), program.out, program.err);
  }
  const auto file = program.database(settings);
  if (!file) return std::unexpected(file.error());
  SystemClock clock;
  const auto until = clock.boot_now() + kVerbPatience;
  while (true) {
    if (const auto answer = call_server(control_socket_beside(*file), request, program.out, program.err)) {
      return *answer;
    }
    auto open = open_installation(*file, settings, work_of(argv), clock, Micros{0});
    if (open) {
      auto& store = (*open)->store->campaigns();
      const auto adopted =
          settings.mailbox ? adopt_environment(store, settings, (*open)->secrets, clock) : Result<void>{};
      if (!adopted) return std::unexpected(adopted.error());
      return run_here(program, request, *loaded, **open, clock);
    }
    if (open.error().code != "database_in_use" || clock.boot_now() >= until)
      return std::unexpected(open.error());
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace postrider

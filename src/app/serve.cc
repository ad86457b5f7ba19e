// serve: the server itself, until SIGTERM or SIGINT.

#include <fmt/format.h>

#include <csignal>
#include <ostream>

#include "app/program.h"
#include "app/server.h"
#include "app/server_parts.h"
#include "app/shown_settings.h"

namespace postrider {
namespace {

Result<int> serve(const Program& program, const std::string& listen, bool only_tasks) {
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  auto settings = loaded->settings;
  settings.api.only_tasks = only_tasks;
  if (settings.cloud_tasks.trust_platform && !only_tasks) {
    return invalid(
        "bad_settings",
        "TASKS_TRUST_PLATFORM lets everybody ring who reaches this server, so it goes with `postrider serve "
        "--only tasks`, which answers nothing else.");
  }
  const auto file = program.database(settings);
  if (!file) return std::unexpected(file.error());
  const auto where = parse_listen_address(listen.empty() ? settings.listen() : listen);
  if (!where) return std::unexpected(where.error());

  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  let_wakers_go_on();
  SystemClock clock;
  const auto log = make_stderr_log(settings.log_level, settings.log_format);
  for (const auto& warning : loaded->warnings) {
    log->write(LogLevel::warning, "setting_without_effect", {{"what", warning.text}});
  }
  auto server = Server::open({.settings = settings,
                              .database_file = *file,
                              .listen = *where,
                              .shown = shown_settings(*loaded, program.database_url),
                              .warnings = loaded->warnings},
                             clock, *log);
  if (!server) return std::unexpected(server.error());
  (*server)->start();
  const auto address = "http://" + (*server)->address().text();
  if (!where->is_loopback()) {
    log->write(LogLevel::warning, "listening_beyond_this_machine", {{"address", address}});
  }
  if (settings.mock)
    log->write(LogLevel::warning, "mock_mode", {{"what", "no mail server is ever contacted"}});
  if ((*server)->store().state().quarantined_at) {
    log->write(LogLevel::warning, "quarantined",
               {{"what", "this database was restored from a backup and sends nothing"},
                {"end_it_by", "postrider resume --restored"}});
  }
  program.out << fmt::format("postrider: serving on {} (database {})", address, *file) << std::endl;
  if (!(*server)->accounts().has_accounts()) {
    program.out << "postrider: nobody can log in yet. ";
    (*server)->run_verb({"account", "link"}, program.out, program.err, false, 0);
    program.out.flush();
  }
  (*server)->wait_for_end();
  (*server)->finish(0);
  program.out << "postrider: ended" << std::endl;
  return 0;
}

}  // namespace

void add_serve_verb(Program& program, CLI::App& app) {
  auto listen = std::make_shared<std::string>();
  auto only = std::make_shared<std::string>();
  auto* verb = app.add_subcommand("serve", "Run the server until SIGTERM");
  verb->add_option("--listen", *listen, "Where to answer (HOST and PORT, else 127.0.0.1:8000)")
      ->type_name("ADDR:PORT");
  verb->add_option("--only", *only, "tasks: answer nothing but tasks and health")
      ->check(CLI::IsMember({"tasks"}));
  verb->footer("Example:\n  postrider serve --listen 127.0.0.1:8000");
  verb->callback([&program, listen, only] {
    program.choose([&program, listen, only] { return serve(program, *listen, !only->empty()); });
  });
}

}  // namespace postrider

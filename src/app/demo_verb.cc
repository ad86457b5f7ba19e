// demo: the main job on embedded defaults.

#include <csignal>

#include "app/demo.h"
#include "app/program.h"
#include "app/terminal.h"
#include "app/verbs/files.h"

namespace postrider {

void add_demo_verb(Program& program, CLI::App& app) {
  struct Options {
    std::string directory, listen = "127.0.0.1:8000";
    bool once = false;
  };
  auto options = std::make_shared<Options>();
  auto* verb = app.add_subcommand("demo", "Show the main job here and now; no real mail leaves this machine");
  verb->add_option("--directory", options->directory,
                   "Keep its files in DIR/postrider-demo (else a temporary place)")
      ->type_name("DIR");
  verb->add_option("--listen", options->listen,
                   "Where its server answers (127.0.0.1:8000, or the next free port)")
      ->type_name("ADDR:PORT");
  verb->add_flag("--once", options->once, "End after the outcome (exit 0: every recipient is accounted for)");
  verb->footer("Example:\n  postrider demo --once");
  verb->callback([&program, options] {
    program.choose([&program, options]() -> Result<int> {
      const auto where = parse_listen_address(options->listen);
      if (!where) return std::unexpected(where.error());
      std::signal(SIGPIPE, SIG_IGN);
      const auto directory = options->directory.empty()
                                 ? std::string()
                                 : resolve(program.directory, options->directory).string();
      return run_demo({.directory = directory,
                       .listen = *where,
                       .once = options->once,
                       .terminal = stdout_is_terminal(),
                       .columns = terminal_columns()},
                      program.out, program.err);
    });
  });
}

}  // namespace postrider

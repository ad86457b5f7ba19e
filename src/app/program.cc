#include "app/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "app/call_doctor.h"
#include "app/database_url.h"
#include "app/store_verb.h"
#include "app/verbs/output.h"
#include "app/verbs/verbs.h"
#include "base/text.h"

namespace postrider {
namespace {

struct GlobalOptions {
  bool json = false;
  std::string database_url;
  std::string verb;  ///< the first word that is no option
};

/// Read before anything else, because who parses the rest depends on the verb.
GlobalOptions read_global_options(const std::vector<std::string>& argv) {
  GlobalOptions found;
  constexpr std::string_view database = "--database";
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    if (word == "--json") {
      found.json = true;
    } else if (word == database) {
      if (++i < argv.size()) found.database_url = argv[i];
    } else if (word.starts_with("--database=")) {
      found.database_url = word.substr(database.size() + 1);
    } else if (found.verb.empty() && !word.starts_with('-')) {
      found.verb = word;
    }
  }
  return found;
}

std::string footer() {
  std::string text = "Verbs on the database (each has --help, and verbs of its own):\n";
  for (const auto& [name, about] : store_verbs()) text += fmt::format("  {:<26}{}\n", name, about);
  return text +
         "\nExit codes: 0 done, 1 the world said no, 2 the command line or input is wrong, 3 the system "
         "broke.\n"
         "A first look, without any real mail: postrider demo";
}

int run_program_verb(Program& program, const std::string& verb, std::vector<std::string> argv,
                     Output& output) {
  CLI::App app("Postrider: every single email is its own durable, scheduled task.", "postrider");
  bool json = false;
  std::string database;
  app.add_flag("--json", json, "Answer with JSON");
  app.add_option("--database", database, "Database URL, sqlite:///file (else DATABASE_URL)");
  app.get_formatter()->column_width(28);
  app.require_subcommand(1);
  app.fallthrough();
  add_serve_verb(program, app);
  add_demo_verb(program, app);
  add_catch_verbs(program, app);
  add_restore_verb(program, app);
  add_settings_verb(program, app);
  add_status_verb(program, app);
  add_version_verb(program, app);
  add_help_verb(program, app);
  app.footer(footer());  // last, for a verb takes over what its parent has by then
  const auto is_it = [&](const CLI::App* known) { return known->get_name() == verb; };
  if (!verb.empty() && std::ranges::none_of(app.get_subcommands({}), is_it)) {
    // The parser would only say that a verb is missing.
    return output.fail(
        Error{Error::Kind::invalid, "bad_command_line",
              fmt::format("There is no verb \"{}\". --help shows what there is.", one_line(verb, 40))});
  }
  try {
    std::ranges::reverse(argv);
    app.parse(argv);
  } catch (const CLI::CallForHelp&) {
    program.out << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    return output.fail(Error{Error::Kind::invalid, "bad_command_line",
                             fmt::format("{}. --help shows what there is.", error.what())});
  }
  const auto result = program.run();
  return result ? *result : output.fail(result.error());
}

}  // namespace

Result<LoadedSettings> Program::settings() const {
  auto loaded = load_settings(directory);
  if (loaded && !database_url.empty()) loaded->settings.database_url = database_url;
  return loaded;
}

Result<std::string> Program::database(const Settings& settings) const {
  return database_file(settings.database_url, directory);
}

int run_program(const std::vector<std::string>& argv, std::ostream& out, std::ostream& err) {
  const auto global = read_global_options(argv);
  Output output(out, err, global.json, 0);
  try {
    Program program{.out = out,
                    .err = err,
                    .directory = std::filesystem::current_path().string(),
                    .json = global.json,
                    .database_url = global.database_url,
                    .run = {}};
    if (!is_store_verb(global.verb)) {
      return run_program_verb(program, global.verb, argv.empty() ? std::vector<std::string>{"help"} : argv,
                              output);
    }
    const auto result = global.verb == "doctor" ? call_doctor(program, argv) : call_store_verb(program, argv);
    return result ? *result : output.fail(result.error());
  } catch (const std::exception& fault) {  // broken surroundings end the program, with a sentence
    return output.fail(fault);
  }
}

}  // namespace postrider

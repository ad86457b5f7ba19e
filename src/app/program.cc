#include "app/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>

#include "app/call_doctor.h"
#include "app/database_url.h"
#include "app/store_verb.h"
#include "app/verbs/global_options.h"
#include "app/verbs/output.h"
#include "app/verbs/verbs.h"
#include "base/text.h"

namespace postrider {
namespace {

struct GlobalOptions {
  bool json = false;
  std::map<std::string, std::string, std::less<>> values;  ///< of those in kGlobalOptions
  std::string verb;                                        ///< the first word that is no option
};

/// Read before anything else, because who parses the rest depends on the verb.
GlobalOptions read_global_options(const std::vector<std::string>& argv) {
  GlobalOptions found;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    const auto name = word.substr(0, word.find('='));
    if (word == "--json") {
      found.json = true;
    } else if (is_global_option(name)) {
      if (name.size() < word.size()) {
        found.values.emplace(name, word.substr(name.size() + 1));
      } else if (++i < argv.size()) {
        found.values.emplace(name, argv[i]);
      }
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
  GlobalOptionSink sink;
  add_global_options(app, sink);
  app.get_formatter()->column_width(28);
  app.require_subcommand(1);
  app.fallthrough();
  add_serve_verb(program, app);
  add_demo_verb(program, app);
  add_catch_verbs(program, app);
  add_restore_verb(program, app);
  add_key_file_verb(program, app);
  add_settings_verb(program, app);
  add_status_verb(program, app);
  add_version_verb(program, app);
  add_help_verb(program, app);
  app.footer(footer());  // last, for a verb takes over what its parent has by then
  if (!program.server_url.empty() && verb != "status") {
    return output.fail(
        Error{Error::Kind::invalid, "bad_command_line",
              fmt::format("`{}` is done on this machine: --server is for the verbs on a database, "
                          "and for status.",
                          one_line(verb, 40))});
  }
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
  if (!loaded) return loaded;
  auto& settings = loaded->settings;
  if (!database_url.empty()) {
    settings.database_url = database_url;
    settings.remote = {};
  }
  if (!server_url.empty()) settings.remote.url = server_url;
  if (!key_file.empty()) settings.remote.key_file = key_file;
  if (!server_ca.empty()) settings.remote.ca_file = server_ca;
  return loaded;
}

Result<std::string> Program::database(const Settings& settings) const {
  return database_file(settings.database_url, directory);
}

int run_program(const std::vector<std::string>& argv, std::ostream& out, std::ostream& err) {
  const auto global = read_global_options(argv);
  Output output(out, err, global.json, 0);
  const auto given = [&](std::string_view name) {
    const auto found = global.values.find(name);
    return found == global.values.end() ? std::string() : found->second;
  };
  try {
    Program program{.out = out,
                    .err = err,
                    .directory = std::filesystem::current_path().string(),
                    .json = global.json,
                    .database_url = given("--database"),
                    .server_url = given("--server"),
                    .key_file = given("--key-file"),
                    .server_ca = given("--server-ca"),
                    .run = {}};
    if (!program.server_url.empty() && !program.database_url.empty()) {
      return output.fail(Error{Error::Kind::invalid, "bad_command_line",
                               "Either --server or --database says where a verb works, not both."});
    }
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

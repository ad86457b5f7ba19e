// settings | status | version: what is set, what runs, and which program this is.

#include <fmt/format.h>

#include <ostream>

#include "app/control_client.h"
#include "app/control_socket.h"
#include "app/program.h"
#include "app/remote_client.h"
#include "app/settings_table.h"
#include "app/shown_settings.h"
#include "app/verbs/output.h"

namespace postrider {
namespace {

Result<int> show_settings(const Program& program) {
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  Output output(program.out, program.err, program.json, 0);
  Table table({"NAME", "VALUE", "FROM"});
  boost::json::array rows;
  for (const auto& [name, value, from] : shown_settings(*loaded, program.database_url)) {
    table.add({name, value, from});
    rows.push_back(boost::json::object{{"name", name}, {"value", value}, {"from", from}});
  }
  if (program.json) {
    output.print(boost::json::object{{"settings", std::move(rows)}});
    return 0;
  }
  output.print(table);
  for (const auto& warning : loaded->warnings) output.note("Note: " + warning.text);
  return 0;
}

Result<int> status(const Program& program) {
  const auto loaded = program.settings();
  if (!loaded) return std::unexpected(loaded.error());
  ControlRequest request{.argv = {"status"}, .directory = program.directory, .password = {}};
  if (program.json) request.argv.emplace_back("--json");
  if (const auto& remote = loaded->settings.remote; !remote.url.empty())
    return call_remote(remote, std::move(request), program.out, program.err);
  const auto file = program.database(loaded->settings);
  if (!file) return std::unexpected(file.error());
  const auto answer = call_server(control_socket_beside(*file), request, program.out, program.err);
  if (answer) return *answer;
  if (program.json) {
    Output(program.out, program.err, true, 0)
        .print(boost::json::object{{"running", false}, {"database", *file}});
  } else {
    program.out << fmt::format("No server runs on {}. `postrider serve` starts one.\n", *file);
  }
  return 1;
}

}  // namespace

void add_settings_verb(Program& program, CLI::App& app) {
  auto example = std::make_shared<bool>(false);
  auto markdown = std::make_shared<bool>(false);
  auto* verb = app.add_subcommand("settings", "Show the settings and where each comes from");
  auto* flag =
      verb->add_flag("--env-example", *example, "Print a .env file with all settings and their defaults");
  verb->add_flag("--markdown", *markdown, "Print docs/settings.md")->excludes(flag);
  verb->callback([&program, example, markdown] {
    program.choose([&program, example, markdown]() -> Result<int> {
      if (!*example && !*markdown) return show_settings(program);
      program.out << (*example ? env_example() : settings_markdown());
      return 0;
    });
  });
}

void add_status_verb(Program& program, CLI::App& app) {
  auto* verb = app.add_subcommand("status", "Say what runs on the database (exit 1: nothing)");
  verb->callback([&program] { program.choose([&program] { return status(program); }); });
}

void add_version_verb(Program& program, CLI::App& app) {
  auto* verb = app.add_subcommand("version", "Say which version this is");
  verb->callback([&program] {
    program.choose([&program]() -> Result<int> {
      if (program.json) {
        program.out << boost::json::serialize(boost::json::object{{"version", POSTRIDER_VERSION}}) << "\n";
      } else {
        program.out << "postrider " POSTRIDER_VERSION "\n";
      }
      return 0;
    });
  });
}

}  // namespace postrider

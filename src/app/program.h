#pragma once
// Program: the command line. Program verbs (serve, demo, catch …) are registered here, one file
// each, and run in this process; everything else is a store verb (src/app/verbs) and goes to the
// server that runs on the database, or works on the database itself when none does.
//
// Exit codes: 0 done · 1 the world said no · 2 the command line or input is wrong · 3 the system broke

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/settings.h"
#include "base/result.h"

namespace postrider {

struct Program {
  std::ostream& out;
  std::ostream& err;
  std::string directory;  ///< the working directory
  bool json = false;
  std::string database_url;          ///< --database; empty: DATABASE_URL
  std::string server_url;            ///< --server; empty: POSTRIDER_SERVER
  std::string key_file;              ///< --key-file; empty: POSTRIDER_KEY_FILE
  std::string server_ca;             ///< --server-ca; empty: POSTRIDER_SERVER_CA
  std::function<Result<int>()> run;  ///< what the parsed command line asks for

  /// What a verb's parse callback calls: the innermost verb wins.
  void choose(std::function<Result<int>()> verb) {
    if (!run) run = std::move(verb);
  }
  /// The settings, with --database, --server, --key-file and --server-ca put in.
  Result<LoadedSettings> settings() const;
  /// The database's file, absolute.
  Result<std::string> database(const Settings& settings) const;
};

void add_serve_verb(Program& program, CLI::App& app);
void add_demo_verb(Program& program, CLI::App& app);
void add_catch_verbs(Program& program, CLI::App& app);
void add_restore_verb(Program& program, CLI::App& app);
void add_key_file_verb(Program& program, CLI::App& app);
void add_settings_verb(Program& program, CLI::App& app);
void add_status_verb(Program& program, CLI::App& app);
void add_version_verb(Program& program, CLI::App& app);
void add_help_verb(Program& program, CLI::App& app);

/// The exit code.
int run_program(const std::vector<std::string>& argv, std::ostream& out, std::ostream& err);

}  // namespace postrider

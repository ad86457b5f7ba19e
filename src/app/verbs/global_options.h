#pragma once
// The options that stand anywhere in any command line: how it is answered, and where its verb works. They are
// read before the rest is parsed (program.cc); to the parsers they are only allowed. Pure.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace postrider {

/// Where the parser puts what is read already. It lives as long as the parser.
struct GlobalOptionSink {
  bool json = false;
  std::string database, server, key_file, server_ca;
};

void add_global_options(CLI::App& root, GlobalOptionSink& sink);

/// True for one that is followed by a value: "--database".
bool is_global_option(std::string_view word);

/// The command line without those that have a value.
std::vector<std::string> without_global_options(const std::vector<std::string>& argv);

}  // namespace postrider

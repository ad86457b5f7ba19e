#pragma once
// VerbTable: the command line as a tree, and what each leaf does. The noun groups fill it; verbs.cc
// parses with it and runs the leaf that was chosen. One table serves one command line.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <map>
#include <string>

#include "app/verbs/global_options.h"
#include "app/verbs/output.h"
#include "app/verbs/verb_context.h"

namespace postrider {

/// The exit code, or an error that is printed for the verb.
using VerbResult = Result<int>;
using RunVerb = std::function<VerbResult(VerbContext&, Output&)>;

class VerbTable {
 public:
  VerbTable();
  VerbTable(const VerbTable&) = delete;
  VerbTable& operator=(const VerbTable&) = delete;

  CLI::App& root() { return root_; }
  /// A noun with verbs beneath it.
  CLI::App* group(const std::string& name, const std::string& about);
  /// A verb; `parent` is a group or the root. `example` stands at the end of its help.
  CLI::App* verb(CLI::App* parent, const std::string& name, const std::string& about,
                 const std::string& example, RunVerb run);

  /// Throws CLI::ParseError (help is one of them).
  void parse(std::vector<std::string> argv);
  /// After parse: the verb that was asked for.
  VerbResult run(VerbContext& context, Output& output) const;

 private:
  void check_verb(const std::vector<std::string>& argv) const;

  CLI::App root_;
  GlobalOptionSink global_;
  std::map<const CLI::App*, RunVerb> verbs_;
};

}  // namespace postrider

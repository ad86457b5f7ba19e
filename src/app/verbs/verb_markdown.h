#pragma once
// A command line written down as Markdown, from the same tree that parses it: docs/shell.md is made of
// this and a test compares the two, so the page cannot drift from the program. Pure.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>

namespace postrider {

/// A section for this verb and, beneath it, one for each of its verbs. `words` is what is typed to
/// reach it: "postrider campaign".
std::string verb_markdown(const CLI::App& verb, const std::string& words);

}  // namespace postrider

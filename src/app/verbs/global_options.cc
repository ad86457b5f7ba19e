#include "app/verbs/global_options.h"

#include <algorithm>
#include <array>

namespace postrider {
namespace {

constexpr std::array<std::string_view, 4> kWithValue = {"--database", "--server", "--key-file",
                                                        "--server-ca"};

}  // namespace

void add_global_options(CLI::App& root, GlobalOptionSink& sink) {
  root.add_flag("--json", sink.json, "Answer with JSON");
  root.add_option("--database", sink.database, "Database URL, sqlite:///file (else DATABASE_URL)");
  root.add_option("--server", sink.server, "A server elsewhere, https://… (else POSTRIDER_SERVER)");
  root.add_option("--key-file", sink.key_file, "File with the API key for it (else POSTRIDER_KEY_FILE)");
  root.add_option("--server-ca", sink.server_ca,
                  "PEM file of authorities to trust for it (else POSTRIDER_SERVER_CA)");
}

bool is_global_option(std::string_view word) {
  return std::ranges::find(kWithValue, word) != kWithValue.end();
}

std::vector<std::string> without_global_options(const std::vector<std::string>& argv) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view word = argv[i];
    const auto name = word.substr(0, word.find('='));
    if (!is_global_option(name)) {
      left.push_back(argv[i]);
    } else if (name == word) {
      ++i;  // its value
    }
  }
  return left;
}

}  // namespace postrider

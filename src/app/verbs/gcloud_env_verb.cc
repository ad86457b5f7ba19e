// gcloud-env: what a shell needs so that gcloud speaks to our own queues.

#include <fmt/format.h>

#include "actions/api_keys.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "base/text.h"
#include "base/token.h"

namespace postrider {
namespace {

constexpr auto kDefaultFile = "postrider-gcloud.key";
constexpr std::size_t kLongestKey = 200;

/// A key that the file holds already and that still works is kept.
bool holds_key(VerbContext& context, const std::string& file) {
  const auto text = read_text(context.files, file, kLongestKey);
  if (!text || trim(*text).empty()) return false;
  const auto key =
      context.actions.accounts.find_key(token_hash(trim(*text)), context.actions.clock.wall_now());
  return key && key->scopes.contains("tasks");
}

Result<std::string> make_key_file(VerbContext& context, const std::string& name) {
  auto file = NewFile::create(context.files.to_write(name), NewFile::Readers::owner);
  if (!file) return std::unexpected(file.error());
  if (!holds_key(context, name)) {
    const auto made =
        create_key(context.actions, {.name = "gcloud", .role = {}, .scopes = {"tasks"}, .life = {}});
    if (!made) return std::unexpected(made.error());
    (*file)->out() << made->token << "\n";
    if (const auto kept = (*file)->keep(); !kept) return std::unexpected(kept.error());
  }
  return (*file)->name().string();
}

/// For a POSIX shell, whatever the file is called.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

VerbResult gcloud_env(VerbContext& context, Output& output, const std::string& name) {
  const auto file = make_key_file(context, name);
  if (!file) return std::unexpected(file.error());
  const auto endpoint = context.actions.link_base + "/";  // gcloud puts "v2/…" behind it as it stands
  const auto& queue = context.actions.cloud_queue;
  if (output.wants_json()) {
    output.print(boost::json::object{{"endpoint", endpoint},
                                     {"token_file", *file},
                                     {"project", queue.project},
                                     {"location", queue.location},
                                     {"queue", queue.queue}});
    return 0;
  }
  output.say(fmt::format("export CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDTASKS={}", in_quotes(endpoint)));
  output.say(fmt::format("export CLOUDSDK_AUTH_ACCESS_TOKEN_FILE={}", in_quotes(*file)));
  output.say(fmt::format("export CLOUDSDK_CORE_PROJECT={}", in_quotes(queue.project)));
  output.note(fmt::format("Try: gcloud tasks list --queue={} --location={}", queue.queue, queue.location));
  return 0;
}

}  // namespace

void add_gcloud_env_verb(VerbTable& table) {
  auto file = std::make_shared<std::string>(kDefaultFile);
  auto* verb =
      table.verb(&table.root(), "gcloud-env", "Print what makes gcloud speak to the queues of this server",
                 "eval \"$(postrider gcloud-env)\"",
                 [file](VerbContext& context, Output& output) { return gcloud_env(context, output, *file); });
  verb->add_option("--key-file", *file, std::string("Where its API key is kept (") + kDefaultFile + ")")
      ->type_name("NEW-FILE");
}

}  // namespace postrider

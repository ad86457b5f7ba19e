// template add | list | show | update | remove | versions

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "actions/templates.h"
#include "app/verbs/campaign_options.h"
#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "base/text.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostMessageBytes = 1 << 20;

struct TemplateOptions {
  std::string which;  ///< name or id
  TemplateChange change;
  std::optional<std::string> message_file, format;
  std::optional<int> version;
};

void add_settings(CLI::App* verb, TemplateOptions& options) {
  auto& change = options.change;
  add_text(verb, "--description", change.description, "More about it, for you; '' takes it away");
  add_text(verb, "--subject", change.subject, "Subject, may hold {{ fields }}");
  auto* file = add_text(verb, "--message-file", options.message_file,
                        "File with the message: text, or HTML or Markdown by its name (.html, .md)", "FILE");
  add_text(verb, "--message", change.message, "The message itself")->excludes(file);
  add_choice(verb, "--format", options.format, {"text", "html", "markdown"},
             "What the message is written in (by the file's name, else text)");
  add_text(verb, "--variables", change.variables,
           "Names of its fields, with commas; '': the fields that it uses (these)", "NAMES");
}

CLI::Option* add_which(CLI::App* verb, std::string& which) {
  return add_read(verb, "template,--template", "NAME|ID", "The template",
                  [&which](const std::string& text) -> Result<void> {
                    which = text;
                    return {};
                  })
      ->required();
}

Result<TemplateChange> change_of(const TemplateOptions& options, CallerFiles& files) {
  auto change = options.change;
  if (options.message_file) {
    auto text = read_text(files, *options.message_file, kMostMessageBytes);
    if (!text) return std::unexpected(text.error());
    change.message = std::move(*text);
    change.format = format_of_file(*options.message_file);
  }
  if (options.format) change.format = parse_message_format(*options.format);
  return change;
}

VerbResult answer(Output& output, const Result<SavedTemplate>& saved, std::string_view done) {
  if (!saved) return std::unexpected(saved.error());
  if (output.wants_json()) {
    output.print(to_json(*saved));
  } else {
    output.say(fmt::format("Template {} ({}) {}.", saved->id.value, saved->name, done));
  }
  return 0;
}

VerbResult add(VerbContext& context, Output& output, const TemplateOptions& options) {
  const auto change = change_of(options, context.files);
  if (!change) return std::unexpected(change.error());
  return answer(output, add_template(context.actions, *change), "is there");
}

VerbResult update(VerbContext& context, Output& output, const TemplateOptions& options) {
  const auto change = change_of(options, context.files);
  if (!change) return std::unexpected(change.error());
  const auto found = find_template(context.actions, options.which);
  if (!found) return std::unexpected(found.error());
  const auto changed = update_template(context.actions, found->id, *change);
  return answer(output, changed, changed ? fmt::format("is changed (version {})", changed->version) : "");
}

VerbResult remove(VerbContext& context, Output& output, const TemplateOptions& options) {
  const auto found = find_template(context.actions, options.which);
  if (!found) return std::unexpected(found.error());
  return answer(output, remove_template(context.actions, found->id), "is removed");
}

VerbResult show(VerbContext& context, Output& output, const TemplateOptions& options) {
  auto saved = find_template(context.actions, options.which);
  if (!saved) return std::unexpected(saved.error());
  if (options.version) {
    const auto old = context.actions.templates.version(saved->id, *options.version);
    if (!old) return std::unexpected(old.error());
    saved->version = old->number;
    saved->subject = old->subject;
    saved->message = old->message;
    saved->format = old->format;
    saved->updated = old->saved;
  }
  if (output.wants_json()) {
    output.print(to_json(*saved));
    return 0;
  }
  Table table;
  table.add({"Template", fmt::format("{} ({})", saved->id.value, saved->name)});
  if (!saved->description.empty()) table.add({"Description", saved->description});
  table.add({"Version", fmt::format("{}, saved {}", saved->version, show_time(saved->updated))});
  table.add({"Variables", fmt::format("{}", fmt::join(saved->variables, ", "))});
  table.add({"Format", std::string(to_string(saved->format))});
  table.add({"Subject", saved->subject});
  output.print(table);
  output.say("");
  for (const auto line : split(saved->message, '\n')) output.say(one_line(line, kMostMessageBytes));
  return 0;
}

struct ListOptions {
  std::string which;
  std::optional<std::int64_t> before;
  std::optional<int> limit;
};

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  const auto limit = options.limit.value_or(100);
  const auto page = context.actions.templates.templates(
      {.before = SavedTemplateId{options.before.value_or(0)}, .limit = limit});
  const bool more = page.size() == static_cast<std::size_t>(limit);
  Table table({">ID", "NAME", ">VERSION", ">VARIABLES", "CREATED", "DESCRIPTION"});
  json::array rows;
  for (const auto& saved : page) {
    table.add({std::to_string(saved.id.value), saved.name, std::to_string(saved.version),
               std::to_string(saved.variables.size()), show_time(saved.created), saved.description});
    auto row = to_json(saved);
    row.erase("message");
    rows.push_back(std::move(row));
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"templates", std::move(rows)},
                     {"next_before", more ? json::value(page.back().id.value) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say("No templates. `postrider template add --help` shows how to add one.");
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --before {}", page.back().id.value));
  }
  return 0;
}

VerbResult versions(VerbContext& context, Output& output, const ListOptions& options) {
  const auto found = find_template(context.actions, options.which);
  if (!found) return std::unexpected(found.error());
  const auto limit = options.limit.value_or(100);
  const auto before = static_cast<int>(options.before.value_or(0));
  const auto page = context.actions.templates.versions(found->id, before, limit);
  if (!page) return std::unexpected(page.error());
  const bool more = page->size() == static_cast<std::size_t>(limit);
  Table table({">VERSION", "SAVED", "BY", "SUBJECT"});
  json::array rows;
  for (const auto& version : *page) {
    table.add({std::to_string(version.number), show_time(version.saved), version.by, version.subject});
    rows.push_back({{"version", version.number},
                    {"saved", format_rfc3339(version.saved)},
                    {"by", version.by},
                    {"subject", version.subject},
                    {"format", to_string(version.format)}});
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"versions", std::move(rows)},
                     {"next_before", more ? json::value(page->back().number) : json::value(nullptr)}});
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --before {}", page->back().number));
  }
  return 0;
}

void add_paging(CLI::App* verb, ListOptions& options, const std::string& about) {
  add_number(verb, "--limit", options.limit, 1, 1'000, "At most this many (100)");
  add_number(verb, "--before", options.before, 1, INT32_MAX, about);
}

}  // namespace

void add_template_verbs(VerbTable& table) {
  auto* group = table.group("template", "Subjects and messages kept for use in campaigns");
  using Act = VerbResult (*)(VerbContext&, Output&, const TemplateOptions&);
  const auto add_verb = [&](const char* name, const char* about, const char* example, Act act) {
    auto options = std::make_shared<TemplateOptions>();
    auto* verb = table.verb(
        group, name, about, example,
        [options, act](VerbContext& context, Output& output) { return act(context, output, *options); });
    return std::pair{verb, options};
  };
  {
    const auto [verb, options] =
        add_verb("add", "Add a template",
                 "postrider template add --name Welcome --subject \"Hello {{ name }}\" "
                 "--message-file welcome.md",
                 add);
    add_text(verb, "--name", options->change.name, "Its name")->required();
    add_settings(verb, *options);
    verb->get_option("--subject")->required();
  }
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "list", "List them, newest first", "postrider template list",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_paging(verb, *options, "Only those with smaller ids");
  }
  {
    const auto [verb, options] = add_verb("show", "Show one, or what it was before",
                                          "postrider template show Welcome --version 1", show);
    add_which(verb, options->which);
    add_number(verb, "--version", options->version, 1, INT32_MAX, "This version (the last)");
  }
  {
    const auto [verb, options] =
        add_verb("update", "Change a template; the version before is kept",
                 "postrider template update Welcome --message-file welcome.md", update);
    add_which(verb, options->which);
    add_text(verb, "--name", options->change.name, "Another name");
    add_settings(verb, *options);
  }
  {
    const auto [verb, options] =
        add_verb("remove", "Remove a template with its versions; campaigns keep what they say",
                 "postrider template remove Welcome", remove);
    add_which(verb, options->which);
  }
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "versions", "List what it was before, newest first", "postrider template versions Welcome",
        [options](VerbContext& context, Output& output) { return versions(context, output, *options); });
    add_which(verb, options->which);
    add_paging(verb, *options, "Only versions before this one");
  }
}

}  // namespace postrider

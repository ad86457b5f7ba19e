// audit list

#include <fmt/format.h>

#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct ListOptions {
  std::optional<std::string> who;
  std::optional<WallTime> from, until;
  std::optional<std::int64_t> before;
  std::optional<int> limit;
};

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  const auto limit = options.limit.value_or(100);
  const auto page = context.actions.store.audit_log({.who = options.who.value_or(""),
                                                     .from = options.from,
                                                     .until = options.until,
                                                     .before = AuditId{options.before.value_or(0)},
                                                     .limit = limit});
  const bool more = page.size() == static_cast<std::size_t>(limit);
  Table table({">ID", "AT", "WHO", "WHAT"});
  json::array rows;
  for (const auto& row : page) {
    table.add({std::to_string(row.id.value), show_time(row.at), row.who, row.what});
    rows.push_back(
        {{"id", row.id.value}, {"at", format_rfc3339(row.at)}, {"who", row.who}, {"what", row.what}});
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"audit", std::move(rows)},
                     {"next_before", more ? json::value(page.back().id.value) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say("Nothing is written down there.");
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --before {}", page.back().id.value));
  }
  return 0;
}

}  // namespace

void add_audit_verbs(VerbTable& table) {
  auto* group = table.group("audit", "Who did what, and when");
  auto options = std::make_shared<ListOptions>();
  auto* verb = table.verb(
      group, "list", "List what was done, newest first", "postrider audit list --who local:ana --limit 20",
      [options](VerbContext& context, Output& output) { return list(context, output, *options); });
  add_text(verb, "--who", options->who, "Only by this one: local:NAME, account:NAME, key:NAME", "WHO");
  add_time(verb, "--from", options->from, "Only from this time on");
  add_time(verb, "--until", options->until, "Only before this time");
  add_number(verb, "--limit", options->limit, 1, 10'000, "At most this many (100)");
  add_number(verb, "--before", options->before, 1, INT64_MAX, "Only what stands behind this id");
}

}  // namespace postrider

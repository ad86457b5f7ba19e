// suppression add | remove | list; import and export are in suppression_list_verbs.cc

#include <fmt/format.h>

#include "actions/suppressions.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct SuppressionOptions {
  std::string who;
  std::optional<std::string> reason;
};

CLI::Option* add_who(CLI::App* verb, std::string& who) {
  return add_read(verb, "address,--address", "ADDRESS|DOMAIN",
                  "ana@example.com, or example.com for all of a domain",
                  [&who](const std::string& text) -> Result<void> {
                    who = text;
                    return {};
                  })
      ->required();
}

VerbResult add(VerbContext& context, Output& output, const SuppressionOptions& options) {
  const auto added = add_suppression(context.actions, options.who, options.reason.value_or(""));
  if (!added) return std::unexpected(added.error());
  if (output.wants_json()) {
    auto row = to_json(added->suppression);
    row["emails_skipped"] = added->cancelled;
    output.print(row);
  } else {
    output.say(fmt::format("{} is suppressed: no campaign mails it from now on. {} skipped.",
                           added->suppression.key, count_of(added->cancelled, "waiting email")));
  }
  return 0;
}

VerbResult remove(VerbContext& context, Output& output, const std::string& who) {
  const auto removed = remove_suppression(context.actions, who);
  if (!removed) return std::unexpected(removed.error());
  if (output.wants_json()) {
    output.print(json::object{{"removed", *removed}});
  } else {
    output.say(fmt::format("{} may be mailed again.", *removed));
  }
  return 0;
}

struct ListOptions {
  std::optional<std::string> after;
  std::optional<int> limit;
};

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  const auto limit = options.limit.value_or(1000);
  const auto page = context.actions.store.suppressions(options.after.value_or(""), limit);
  const bool more = page.size() == static_cast<std::size_t>(limit);
  Table table({"WHO", "SINCE", "KIND", "REASON"});
  json::array rows;
  for (const auto& suppression : page) {
    table.add({suppression.key, show_time(suppression.created), std::string(to_string(suppression.kind)),
               suppression.reason});
    rows.push_back(to_json(suppression));
  }
  if (output.wants_json()) {
    output.print(json::object{{"suppressions", std::move(rows)},
                              {"next_after", more ? json::value(page.back().key) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say("Nobody is suppressed.");
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --after {}", page.back().key));
  }
  return 0;
}

}  // namespace

void add_suppression_verbs(VerbTable& table) {
  auto* group = table.group("suppression", "Addresses and domains that must not be mailed");
  {
    auto options = std::make_shared<SuppressionOptions>();
    auto* verb = table.verb(
        group, "add", "Suppress an address or a domain, in every campaign, from now on",
        "postrider suppression add ana@example.com --reason \"asked by phone\"",
        [options](VerbContext& context, Output& output) { return add(context, output, *options); });
    add_who(verb, options->who);
    add_text(verb, "--reason", options->reason, "Why (added by hand)");
  }
  {
    auto who = std::make_shared<std::string>();
    auto* verb = table.verb(
        group, "remove", "Allow an address or domain again", "postrider suppression remove ana@example.com",
        [who](VerbContext& context, Output& output) { return remove(context, output, *who); });
    add_who(verb, *who);
  }
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "list", "List them in order", "postrider suppression list --limit 20",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_number(verb, "--limit", options->limit, 1, 10'000, "At most this many (1000)");
    add_text(verb, "--after", options->after, "Only those after this one", "WHO");
  }
  add_suppression_list_verbs(table, group);
}

}  // namespace postrider

// sheet preview | validate

#include <fmt/format.h>

#include "actions/sheet_list.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct SheetOptions {
  SheetRequest request;
  std::optional<std::string> range;
  std::optional<int> rows;
};

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}

json::object counts(const SheetPreview& preview) {
  return {{"sheet_id", preview.sheet_id},
          {"sheet_name", preview.title},
          {"tab", preview.tab},
          {"total_rows", preview.rows},
          {"valid_emails", preview.valid},
          {"invalid_emails", preview.invalid},
          {"duplicate_emails", preview.duplicates},
          {"email_column", text_or_null(preview.email_column)},
          {"name_column", text_or_null(preview.name_column)}};
}

void say_counts(const SheetPreview& preview, Output& output) {
  output.say(fmt::format("{}, tab {}: {}.", preview.title, preview.tab, count_of(preview.rows, "row")));
  output.say(fmt::format("Addresses: {} good, {} bad, {} twice.", preview.valid, preview.invalid,
                         preview.duplicates));
  output.say(fmt::format("Columns: addresses {}, names {}.",
                         preview.email_column.value_or("- (name one: --email-column)"),
                         preview.name_column.value_or("-")));
}

VerbResult preview(VerbContext& context, Output& output, SheetOptions& options) {
  options.request.range = options.range.value_or("");
  const auto preview = preview_sheet(context.actions, options.request, options.rows.value_or(10));
  if (!preview) return std::unexpected(preview.error());
  if (output.wants_json()) {
    auto out = counts(*preview);
    out["headers"] = json::value_from(preview->headers);
    out["sample_data"] = json::value_from(preview->sample);
    output.print(out);
    return 0;
  }
  say_counts(*preview, output);
  Table table(preview->headers);
  for (const auto& row : preview->sample) table.add(row);
  output.print(table);
  return 0;
}

VerbResult validate(VerbContext& context, Output& output, SheetOptions& options) {
  options.request.range = options.range.value_or("");
  const auto preview = preview_sheet(context.actions, options.request, 0);
  if (!preview) return std::unexpected(preview.error());
  if (output.wants_json()) {
    output.print(counts(*preview));
  } else {
    say_counts(*preview, output);
  }
  return preview->email_column && preview->valid > 0 ? 0 : 1;
}

void add_sheet_options(CLI::App* verb, SheetOptions& options) {
  verb->add_option("sheet,--sheet", options.request.sheet, "The sheet: its id, or its address in the browser")
      ->type_name("ID|URL")
      ->required();
  add_text(verb, "--range", options.range, "Part of it, its first row holds the headers: Leads!A3:F (all)",
           "RANGE");
  verb->add_option("--email-column", options.request.columns.email,
                   "Header of the address column (found by its name)")
      ->type_name("HEADER");
  verb->add_option("--name-column", options.request.columns.name,
                   "Header of the name column (found by its name)")
      ->type_name("HEADER");
}

}  // namespace

void add_sheet_verbs(VerbTable& table) {
  auto* group = table.group("sheet", "Google Sheets as lists");
  {
    auto options = std::make_shared<SheetOptions>();
    auto* verb = table.verb(
        group, "preview", "Show the first rows of a sheet and what is in it",
        "postrider sheet preview https://docs.google.com/spreadsheets/d/…/edit --range Leads!A:F",
        [options](VerbContext& context, Output& output) { return preview(context, output, *options); });
    add_sheet_options(verb, *options);
    add_number(verb, "--rows", options->rows, 1, 100, "Rows to show (10)");
  }
  {
    auto options = std::make_shared<SheetOptions>();
    auto* verb = table.verb(
        group, "validate", "Say whether a sheet can be read and has addresses (exit 1: it has none)",
        "postrider sheet validate 1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        [options](VerbContext& context, Output& output) { return validate(context, output, *options); });
    add_sheet_options(verb, *options);
  }
}

}  // namespace postrider

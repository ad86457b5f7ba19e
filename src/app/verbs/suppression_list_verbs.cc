// suppression import | export

#include <fmt/format.h>

#include "actions/suppression_list.h"
#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

constexpr std::size_t kMostShown = 20;

VerbResult import(VerbContext& context, Output& output, const std::string& name) {
  const auto file = context.files.to_read(name);
  if (!file) return std::unexpected(file.error());
  auto in = open_to_read(*file);
  if (!in) return std::unexpected(in.error());
  const auto list = make_csv_source(**in, file->name.filename().string());
  std::vector<Reject> rejects;
  const auto report = import_suppressions(context.actions, *list, [&](const Reject& reject) {
    if (rejects.size() < kMostShown) rejects.push_back(reject);
  });
  if (!report) return std::unexpected(report.error());
  if (output.wants_json()) {
    json::array rows;
    for (const auto& reject : rejects)
      rows.push_back({{"row", reject.row}, {"who", reject.address}, {"reason", reject.reason}});
    output.print(json::object{{"added", report->added},
                              {"known", report->known},
                              {"bad", report->bad},
                              {"emails_skipped", report->cancelled},
                              {"first_bad_rows", std::move(rows)}});
    return 0;
  }
  output.say(fmt::format("{} suppressed, {} were already; {} skipped.", report->added, report->known,
                         count_of(report->cancelled, "waiting email")));
  if (report->bad > 0) output.note(fmt::format("{} left out:", count_of(report->bad, "row")));
  for (const auto& reject : rejects) output.note(fmt::format("  row {}: {}", reject.row, reject.reason));
  return 0;
}

VerbResult export_to(VerbContext& context, Output& output, const std::optional<std::string>& out) {
  if (!out) {
    if (output.wants_json()) {
      return invalid("bad_command_line",
                     "An export is CSV: with --json, name a file for it with --out FILE.");
    }
    const auto rows = export_suppressions(context.actions, context.out);
    if (!rows) return std::unexpected(rows.error());
    return 0;
  }
  auto file = NewFile::create(context.files.to_write(*out));
  if (!file) return std::unexpected(file.error());
  const auto rows = export_suppressions(context.actions, (*file)->out());
  if (!rows) return std::unexpected(rows.error());
  if (const auto kept = (*file)->keep(); !kept) return std::unexpected(kept.error());
  if (output.wants_json()) {
    output.print(json::object{{"rows", *rows}, {"file", (*file)->name().string()}});
  } else {
    output.say(fmt::format("{} written to {}.", count_of(*rows, "row"), (*file)->name().string()));
  }
  return 0;
}

}  // namespace

void add_suppression_list_verbs(VerbTable& table, CLI::App* suppression) {
  {
    auto file = std::make_shared<std::string>();
    auto* verb =
        table.verb(suppression, "import", "Suppress a whole list: CSV with a column who, email or domain",
                   "postrider suppression import unsubscribed.csv",
                   [file](VerbContext& context, Output& output) { return import(context, output, *file); });
    verb->add_option("file,--file", *file, "The list; reason, kind and since may stand beside")
        ->type_name("FILE")
        ->required();
  }
  {
    auto out = std::make_shared<std::optional<std::string>>();
    auto* verb =
        table.verb(suppression, "export", "All of them as CSV, which import reads back",
                   "postrider suppression export --out suppressed.csv",
                   [out](VerbContext& context, Output& output) { return export_to(context, output, *out); });
    add_text(verb, "--out", *out, "File to write (standard output)", "NEW-FILE");
  }
}

}  // namespace postrider

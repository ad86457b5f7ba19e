#include "app/verbs/list_file.h"

#include <fmt/format.h>

#include "app/verbs/verb_options.h"

namespace postrider {

namespace json = boost::json;

namespace {

constexpr std::size_t kShownOfId = 12;

/// Beside the list, or in the working directory where the list's own cannot be written.
Result<std::unique_ptr<RejectsFile>> open_rejects(VerbContext& context, const ListOptions& options,
                                                  const std::filesystem::path& csv) {
  if (options.rejects) return RejectsFile::create(context.files.to_write(*options.rejects));
  auto beside = RejectsFile::create(context.files.to_write(csv.string() + kRejectsEnding));
  if (beside) return beside;
  auto here = RejectsFile::create(context.files.to_write(csv.filename().string() + kRejectsEnding));
  if (here) return here;
  return invalid("file",
                 beside.error().message + " Name a file for the rows that are left out: --rejects FILE.");
}

}  // namespace

json::array to_json(const std::vector<Problem>& problems) {
  json::array parts;
  for (const auto& problem : problems)
    parts.push_back({{"code", problem.code}, {"message", problem.message}});
  return parts;
}

void note_check(Output& output, const std::vector<Problem>& problems,
                const std::vector<std::string>& warnings) {
  if (!problems.empty()) output.note("Before it can be sent:");
  for (const auto& problem : problems) output.note("  - " + problem.message);
  for (const auto& warning : warnings) output.note("Note: " + warning);
}

void add_list_options(CLI::App* verb, ListOptions& options) {
  add_text(verb, "--csv", options.csv, "The list: CSV with a header row and an email column", "FILE");
  verb->add_option("--sheet", options.sheet.sheet,
                   "The list: a Google sheet, by its id or its address in the browser")
      ->type_name("ID|URL");
  add_text(verb, "--range", options.range,
           "Part of the sheet, its first row holds the headers: Leads!A3:F (all)", "RANGE");
  verb->add_option("--email-column", options.sheet.columns.email,
                   "Header of the address column (found by its name)")
      ->type_name("HEADER");
  verb->add_option("--name-column", options.sheet.columns.name,
                   "Header of the name column (found by its name)")
      ->type_name("HEADER");
  add_text(
      verb, "--status-column", options.status_column,
      "Header of the sheet's column that shows what became of each email; made at the start (Email Status)",
      "HEADER");
  verb->add_flag("--no-write-back", options.no_write_back, "Write nothing to the sheet");
  verb->add_flag("--only-unmarked", options.sheet.only_unmarked, "Leave rows out that have a status already");
  add_text(verb, "--rejects", options.rejects, "Where rows that are left out go (<csv>.rejected.csv)",
           "NEW-FILE");
}

Result<void> judge_list_options(ListOptions& options) {
  if (options.csv.has_value() == options.from_sheet())
    return invalid("bad_command_line", "The list comes from one place: --csv FILE or --sheet ID|URL.");
  const bool about_sheet =
      options.range || options.status_column || options.no_write_back || options.sheet.only_unmarked;
  if (options.csv && about_sheet) {
    return invalid("bad_command_line",
                   "--range, --status-column, --no-write-back and --only-unmarked are for --sheet.");
  }
  options.sheet.range = options.range.value_or("");
  options.sheet.status_header = options.status_column.value_or(kStatusHeader);
  options.sheet.write_back = !options.no_write_back;
  return {};
}

std::string rejects_of_sheet(const std::string& sheet) {
  const auto place = parse_sheet_place(sheet);
  return (place ? "sheet-" + place->id.substr(0, kShownOfId) : std::string("sheet")) + kRejectsEnding;
}

Result<std::unique_ptr<ListFile>> ListFile::open(VerbContext& context, const ListOptions& options) {
  if (options.from_sheet()) {
    auto rejects = RejectsFile::create(
        context.files.to_write(options.rejects.value_or(rejects_of_sheet(options.sheet.sheet))));
    if (!rejects) return std::unexpected(rejects.error());
    std::unique_ptr<ListFile> list(new ListFile);
    list->rejects_ = std::move(*rejects);
    return list;
  }
  const auto csv = context.files.to_read(*options.csv);
  if (!csv) return std::unexpected(csv.error());
  auto in = open_to_read(*csv);
  if (!in) return std::unexpected(in.error());
  std::unique_ptr<ListFile> list(new ListFile);
  list->in_ = std::move(*in);
  list->rows_ = make_csv_source(*list->in_, csv->name.filename().string());
  auto rejects = open_rejects(context, options, csv->name);
  if (!rejects) return std::unexpected(rejects.error());
  list->rejects_ = std::move(*rejects);
  return list;
}

VerbResult ListFile::tell(Output& output, const CreatedCampaign& created) {
  const auto kept = rejects_->keep();
  const auto rejected = rejects_->rows();
  const auto path = rejects_->name().string();
  if (!kept)
    output.note(fmt::format("postrider: the file of rejected rows is missing: {}", kept.error().message));
  const auto& report = created.list;

  if (output.wants_json()) {
    const bool file = rejected > 0 && kept;
    output.print(json::object{{"id", created.id.value},
                              {"status", "draft"},
                              {"recipients", report.accepted},
                              {"rejected", rejected},
                              {"duplicates", report.duplicates},
                              {"bad", report.bad},
                              {"suppressed", report.suppressed},
                              {"rejects_file", file ? json::value(path) : json::value(nullptr)},
                              {"problems", to_json(created.problems)},
                              {"warnings", json::value_from(created.warnings)}});
    return 0;
  }
  output.say(
      fmt::format("Campaign {}: a draft with {}.", created.id.value, count_of(report.accepted, "recipient")));
  if (rejected > 0) {
    output.say(fmt::format("{} left out ({} bad, {} duplicate, {} suppressed): {}", count_of(rejected, "row"),
                           report.bad, report.duplicates, report.suppressed, kept ? path : "-"));
  }
  note_check(output, created.problems, created.warnings);
  if (created.problems.empty()) {
    output.note(fmt::format(
        "`postrider campaign plan {0}` shows when its emails would leave, `postrider campaign send {0}` "
        "sends them.",
        created.id.value));
  }
  return 0;
}

}  // namespace postrider

#include "app/verbs/list_file.h"

#include <fmt/format.h>

#include "app/verbs/verb_options.h"

namespace postrider {

namespace json = boost::json;

namespace {

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
  verb->add_option("--csv", options.csv, "The list: CSV with a header row and an email column")
      ->type_name("FILE")
      ->required();
  verb->add_option("--email-column", options.columns.email,
                   "Header of the address column (found by its name)")
      ->type_name("HEADER");
  verb->add_option("--name-column", options.columns.name, "Header of the name column (found by its name)")
      ->type_name("HEADER");
  add_text(verb, "--rejects", options.rejects, "Where rows that are left out go (<csv>.rejected.csv)",
           "NEW-FILE");
}

Result<std::unique_ptr<ListFile>> ListFile::open(VerbContext& context, const ListOptions& options) {
  const auto csv = context.files.to_read(options.csv);
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

#pragma once
// The list a verb reads recipients from, a CSV file or a Google sheet, with the file of rows that were left
// out beside it.

#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "actions/create_campaign.h"
#include "actions/sheet_list.h"
#include "app/verbs/rejects_file.h"
#include "app/verbs/verb_table.h"

namespace postrider {

/// Without --rejects, the rows that are left out go beside the list, or into the working directory.
inline constexpr const char* kRejectsEnding = ".rejected.csv";

struct ListOptions {
  std::optional<std::string> csv;
  SheetRequest sheet;  ///< its columns are those of a CSV list, too
  std::optional<std::string> range, status_column;
  bool no_write_back = false, again = false;
  std::optional<std::string> rejects;

  bool from_sheet() const { return !sheet.sheet.empty() || again; }
};

/// --csv or --sheet, and what goes with them.
void add_list_options(CLI::App* verb, ListOptions& options);

/// One of the two, and no option of the other; what was said about a sheet is put into `options.sheet`.
Result<void> judge_list_options(ListOptions& options);

/// The file of rejected rows of a list from a sheet, in the working directory.
std::string rejects_of_sheet(const std::string& sheet);

class ListFile {
 public:
  /// Opens both, so that a directory that cannot be written is no surprise after the import. A list from a
  /// sheet has no file of its own.
  static Result<std::unique_ptr<ListFile>> open(VerbContext& context, const ListOptions& options);

  RecipientSource& rows() { return *rows_; }
  void reject(const Reject& reject) { rejects_->add(reject); }
  /// Keeps the file of rejected rows and says what became of the list.
  VerbResult tell(Output& output, const CreatedCampaign& created);

 private:
  ListFile() = default;
  std::unique_ptr<std::ifstream> in_;
  std::unique_ptr<RecipientSource> rows_;
  std::unique_ptr<RejectsFile> rejects_;
};

/// What keeps a campaign from being sent, and what does not but is worth knowing.
boost::json::array to_json(const std::vector<Problem>& problems);
void note_check(Output& output, const std::vector<Problem>& problems,
                const std::vector<std::string>& warnings);

}  // namespace postrider

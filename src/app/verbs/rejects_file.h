#pragma once
// RejectsFile: the rows of a list that did not become recipients, with the reason for each, as CSV
// beside the list. There is no file when there is no such row.

#include <memory>

#include "actions/csv_writer.h"
#include "app/verbs/files.h"
#include "campaign/recipients.h"

namespace postrider {

class RejectsFile {
 public:
  static Result<std::unique_ptr<RejectsFile>> create(Result<CallerFile> file);

  void add(const Reject& reject);
  std::int64_t rows() const { return rows_; }
  /// Puts the file in its place, if it holds a row.
  Result<void> keep();
  const std::filesystem::path& name() const { return file_->name(); }

 private:
  explicit RejectsFile(std::unique_ptr<NewFile> file);
  std::unique_ptr<NewFile> file_;
  CsvWriter csv_;
  std::int64_t rows_ = 0;
};

}  // namespace postrider

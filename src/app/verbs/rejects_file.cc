#include "app/verbs/rejects_file.h"

namespace postrider {

RejectsFile::RejectsFile(std::unique_ptr<NewFile> file) : file_(std::move(file)), csv_(file_->out()) {
  csv_.write({"row", "email", "reason"});
}

Result<std::unique_ptr<RejectsFile>> RejectsFile::create(Result<CallerFile> file) {
  // Opened before the import, so that a directory that cannot be written is no surprise after it.
  auto made = NewFile::create(std::move(file));
  if (!made) return std::unexpected(made.error());
  return std::unique_ptr<RejectsFile>(new RejectsFile(std::move(*made)));
}

void RejectsFile::add(const Reject& reject) {
  csv_.write({std::to_string(reject.row), reject.address, reject.reason});
  ++rows_;
}

Result<void> RejectsFile::keep() {
  return rows_ == 0 ? Result<void>{} : file_->keep();
}

}  // namespace postrider

#pragma once
// Files a verb reads and writes for its caller. Names are the caller's: relative ones start in its
// working directory, not in the server's.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

std::filesystem::path resolve(const std::string& directory, const std::string& file);

/// The whole of a text file of at most `limit` bytes, without a byte order mark.
Result<std::string> read_text(const std::filesystem::path& file, std::size_t limit);

/// The whole of any file of at most `limit` bytes, as it is.
Result<std::string> read_bytes(const std::filesystem::path& file, std::size_t limit);

/// A regular file opened for reading, or why it cannot be.
Result<std::unique_ptr<std::ifstream>> open_to_read(const std::filesystem::path& file);

/// A file written beside its final name and moved there whole by `keep`; without that nothing
/// remains of it. So a reader never sees half a file.
class NewFile {
 public:
  static Result<std::unique_ptr<NewFile>> create(std::filesystem::path file);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  std::ostream& out() { return out_; }
  Result<void> keep();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit NewFile(std::filesystem::path file);
  std::filesystem::path path_, part_;
  std::ofstream out_;
};

}  // namespace postrider

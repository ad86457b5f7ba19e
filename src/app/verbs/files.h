#pragma once
// Files a verb reads and writes for its caller. Names are the caller's: relative ones start in its
// working directory, not in the server's, and a caller on another machine has sent along what is read.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

std::filesystem::path resolve(const std::string& directory, const std::string& file);

struct CallerFile {
  std::filesystem::path name;   ///< what the caller calls it: absolute, for people
  std::filesystem::path place;  ///< where its bytes are, on this machine
};

/// Where the names in a caller's command line lead to.
class CallerFiles {
 public:
  virtual ~CallerFiles() = default;
  virtual Result<CallerFile> to_read(const std::string& name) = 0;
  virtual Result<CallerFile> to_write(const std::string& name) = 0;
};

/// A caller on this machine: its names are this machine's.
class LocalFiles final : public CallerFiles {
 public:
  explicit LocalFiles(std::string directory) : directory_(std::move(directory)) {}
  Result<CallerFile> to_read(const std::string& name) override;
  Result<CallerFile> to_write(const std::string& name) override;

 private:
  std::string directory_;
};

/// The whole of a text file of at most `limit` bytes, without a byte order mark.
Result<std::string> read_text(CallerFiles& files, const std::string& name, std::size_t limit);

/// The whole of any file of at most `limit` bytes, as it is.
Result<std::string> read_bytes(CallerFiles& files, const std::string& name, std::size_t limit);

/// A regular file opened for reading, or why it cannot be.
Result<std::unique_ptr<std::ifstream>> open_to_read(const CallerFile& file);

/// A file written beside its final name and moved there whole by `keep`; without that nothing
/// remains of it. So a reader never sees half a file.
class NewFile {
 public:
  enum class Readers { as_usual, owner };  ///< owner: nobody else, from the first byte on
  static Result<std::unique_ptr<NewFile>> create(Result<CallerFile> file,
                                                 Readers readers = Readers::as_usual);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  std::ostream& out() { return out_; }
  Result<void> keep();
  const std::filesystem::path& name() const { return file_.name; }

 private:
  explicit NewFile(CallerFile file);
  CallerFile file_;
  std::filesystem::path part_;
  std::ofstream out_;
};

}  // namespace postrider

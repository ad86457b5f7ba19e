#pragma once
// BodyFile: a long request body on its way to whoever reads it, in a file that has lost its name, so
// that nothing of it remains however the process ends.

#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

namespace postrider {

class BodyFile {
 public:
  /// In the system's folder for temporary files; nothing if it cannot be made.
  static std::optional<BodyFile> create();
  bool write(std::string_view piece);       ///< false: no room
  std::unique_ptr<std::istream> rewound();  ///< to be read from its start; the last call

 private:
  explicit BodyFile(std::unique_ptr<std::fstream> file) : file_(std::move(file)) {}
  std::unique_ptr<std::fstream> file_;
};

}  // namespace postrider

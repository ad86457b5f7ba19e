#pragma once
// Piped input: what a verb reads from standard input, kept in a file of its own (mode 0600) while the verb
// runs, since the verb may run in the server, which has another standard input. Not thread safe.

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"

namespace postrider {

class PipedInput {
 public:
  /// Reads to the end, at most `limit` bytes. Errors: a terminal (nobody types a mail), too much.
  static Result<std::unique_ptr<PipedInput>> take(std::size_t limit);
  ~PipedInput();  ///< removes the file
  PipedInput(const PipedInput&) = delete;
  PipedInput& operator=(const PipedInput&) = delete;

  const std::string& file() const { return file_; }

 private:
  explicit PipedInput(std::string file) : file_(std::move(file)) {}
  std::string file_;
};

}  // namespace postrider

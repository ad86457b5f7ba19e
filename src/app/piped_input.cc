#include "app/piped_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace postrider {
namespace {

[[noreturn]] void fail(std::string_view doing) {
  throw Fault(fmt::format("cannot {}: {}", doing, std::strerror(errno)));
}

void write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(to, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("keep the standard input");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

Result<std::unique_ptr<PipedInput>> PipedInput::take(std::size_t limit) {
  if (::isatty(STDIN_FILENO) != 0) {
    return invalid("no_input", "Name a file, or pipe one in: postrider bounce read < report.eml");
  }
  auto name = (std::filesystem::temp_directory_path() / "postrider-input-XXXXXX").string();
  const int file = ::mkstemp(name.data());
  if (file < 0) fail("make a file for the standard input");
  std::unique_ptr<PipedInput> input(new PipedInput(name));
  std::size_t size = 0;
  char block[64 * 1024];
  while (true) {
    const auto n = ::read(STDIN_FILENO, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read the standard input");
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
    if (size > limit) break;
    write_all(file, {block, static_cast<std::size_t>(n)});
  }
  ::close(file);
  if (size > limit) {
    return invalid("file_too_large", fmt::format("The standard input has more than {} bytes.", limit));
  }
  return input;
}

PipedInput::~PipedInput() {
  ::unlink(file_.c_str());
}

}  // namespace postrider

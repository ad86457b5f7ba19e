// FileLock: flock on "<file>.lock". The lock file stays when the lock ends, empty: removing it
// would let two processes hold locks on two files of the same name.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/text.h"
#include "store/sqlite/private_file.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {
namespace {

/// One lock for one database, whatever path or link leads to it.
std::string lock_file_of(const std::string& database_file) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(database_file, error);
  return (error ? database_file : canonical.string()) + ".lock";
}

std::string read_text(int descriptor) {
  char buffer[1024];
  const auto size = ::pread(descriptor, buffer, sizeof buffer, 0);
  return size > 0 ? std::string(trim({buffer, static_cast<std::size_t>(size)})) : std::string{};
}

[[noreturn]] void fail(const std::string& file) {
  throw Fault(fmt::format("cannot lock {}: {}", file, std::strerror(errno)));
}

}  // namespace

std::unique_ptr<FileLock> FileLock::try_take(const std::string& database_file, const std::string& text,
                                             std::string& owner) {
  if (!sqlite::make_directory_of(database_file)) fail(database_file);
  const std::string file = lock_file_of(database_file);
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) fail(file);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EWOULDBLOCK) owner = read_text(descriptor);
    ::close(descriptor);
    if (error == EWOULDBLOCK) return nullptr;
    errno = error;
    fail(file);
  }
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  // The text is for people only: a full disk must not keep anybody from working on it.
  if (::ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const auto written = ::pwrite(descriptor, text.data(), text.size(), 0);
  }
  return lock;
}

FileLock::~FileLock() {
  [[maybe_unused]] const int emptied = ::ftruncate(descriptor_, 0);
  ::close(descriptor_);
}

}  // namespace postrider

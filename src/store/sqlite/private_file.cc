#include "store/sqlite/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace postrider::sqlite {
namespace {

std::filesystem::path directory_of(const std::string& file) {
  const auto parent = std::filesystem::path(file).parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

bool sync_path(const char* path, int flags) {
  const int descriptor = ::open(path, flags | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return synced;
}

}  // namespace

bool make_directory_of(const std::string& file) {
  const auto directory = directory_of(file);
  std::error_code error;
  if (std::filesystem::exists(directory, error)) return true;
  if (!make_directory_of(directory.string())) return false;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return false;
  return sync_directory_of(directory.string());
}

bool create_private_file(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  ::close(descriptor);
  return sync_directory_of(file);
}

bool ensure_private_file(const std::string& file) {
  if (create_private_file(file)) return true;
  if (errno != EEXIST) return false;
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return false;
  return (status.st_mode & 077) == 0 || ::chmod(file.c_str(), 0600) == 0;
}

bool sync_file(const std::string& file) {
  return sync_path(file.c_str(), O_RDONLY);
}

bool sync_directory_of(const std::string& file) {
  return sync_path(directory_of(file).c_str(), O_RDONLY | O_DIRECTORY);
}

}  // namespace postrider::sqlite

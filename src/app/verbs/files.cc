#include "app/verbs/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace postrider {

namespace {

std::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& file, int error) {
  return invalid("file", fmt::format("Cannot {} {}: {}.", what, file.string(), std::strerror(error)));
}

}  // namespace

std::filesystem::path resolve(const std::string& directory, const std::string& file) {
  return (std::filesystem::path(directory) / file).lexically_normal();
}

Result<std::unique_ptr<std::ifstream>> open_to_read(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (std::filesystem::is_directory(status)) return cannot("read", file, EISDIR);
  if (error || !std::filesystem::exists(status)) return cannot("read", file, error ? error.value() : ENOENT);
  if (!std::filesystem::is_regular_file(status)) {
    // A pipe would keep a server's thread waiting for a writer that may never come.
    return invalid("file", fmt::format("Cannot read {}: it is not a regular file.", file.string()));
  }
  errno = 0;
  auto in = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*in) return cannot("read", file, errno);
  return in;
}

Result<std::string> read_text(const std::filesystem::path& file, std::size_t limit) {
  auto text = read_bytes(file, limit);
  if (text && text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
  return text;
}

Result<std::string> read_bytes(const std::filesystem::path& file, std::size_t limit) {
  auto in = open_to_read(file);
  if (!in) return std::unexpected(in.error());
  std::string text(limit + 1, '\0');
  (*in)->read(text.data(), static_cast<std::streamsize>(text.size()));
  if ((*in)->bad()) return cannot("read", file, EIO);
  text.resize(static_cast<std::size_t>((*in)->gcount()));
  if (text.size() > limit) {
    return invalid("file_too_large", fmt::format("{} is larger than {} bytes.", file.string(), limit));
  }
  return text;
}

NewFile::NewFile(std::filesystem::path file) : path_(std::move(file)), part_(path_) {
  part_ += ".part";
}

Result<std::unique_ptr<NewFile>> NewFile::create(std::filesystem::path file) {
  std::unique_ptr<NewFile> made(new NewFile(std::move(file)));
  if (std::filesystem::is_directory(made->path_)) return cannot("write", made->path_, EISDIR);
  errno = 0;
  made->out_.open(made->part_, std::ios::binary | std::ios::trunc);
  if (!made->out_) return cannot("write", made->path_, errno);
  return made;
}

NewFile::~NewFile() {
  if (!out_.is_open()) return;
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

Result<void> NewFile::keep() {
  errno = 0;
  out_.flush();
  if (!out_) return cannot("write", path_, errno);
  std::error_code error;
  std::filesystem::rename(part_, path_, error);
  if (error) return cannot("write", path_, error.value());
  out_.close();
  return {};
}

}  // namespace postrider

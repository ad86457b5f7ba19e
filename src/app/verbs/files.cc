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

Result<CallerFile> LocalFiles::to_read(const std::string& name) {
  const auto file = resolve(directory_, name);
  return CallerFile{file, file};
}

Result<CallerFile> LocalFiles::to_write(const std::string& name) {
  return to_read(name);
}

Result<std::unique_ptr<std::ifstream>> open_to_read(const CallerFile& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file.place, error);
  if (std::filesystem::is_directory(status)) return cannot("read", file.name, EISDIR);
  if (error || !std::filesystem::exists(status))
    return cannot("read", file.name, error ? error.value() : ENOENT);
  if (!std::filesystem::is_regular_file(status)) {
    // A pipe would keep a server's thread waiting for a writer that may never come.
    return invalid("file", fmt::format("Cannot read {}: it is not a regular file.", file.name.string()));
  }
  errno = 0;
  auto in = std::make_unique<std::ifstream>(file.place, std::ios::binary);
  if (!*in) return cannot("read", file.name, errno);
  return in;
}

Result<std::string> read_text(CallerFiles& files, const std::string& name, std::size_t limit) {
  auto text = read_bytes(files, name, limit);
  if (text && text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);
  return text;
}

Result<std::string> read_bytes(CallerFiles& files, const std::string& name, std::size_t limit) {
  const auto file = files.to_read(name);
  if (!file) return std::unexpected(file.error());
  auto in = open_to_read(*file);
  if (!in) return std::unexpected(in.error());
  std::string text(limit + 1, '\0');
  (*in)->read(text.data(), static_cast<std::streamsize>(text.size()));
  if ((*in)->bad()) return cannot("read", file->name, EIO);
  text.resize(static_cast<std::size_t>((*in)->gcount()));
  if (text.size() > limit) {
    return invalid("file_too_large", fmt::format("{} is larger than {} bytes.", file->name.string(), limit));
  }
  return text;
}

NewFile::NewFile(CallerFile file) : file_(std::move(file)), part_(file_.place) {
  part_ += ".part";
}

Result<std::unique_ptr<NewFile>> NewFile::create(Result<CallerFile> file, Readers readers) {
  if (!file) return std::unexpected(file.error());
  std::unique_ptr<NewFile> made(new NewFile(std::move(*file)));
  if (std::filesystem::is_directory(made->file_.place)) return cannot("write", made->name(), EISDIR);
  errno = 0;
  made->out_.open(made->part_, std::ios::binary | std::ios::trunc);
  if (!made->out_) return cannot("write", made->name(), errno);
  if (readers == Readers::owner) {
    using std::filesystem::perms;
    std::error_code error;
    std::filesystem::permissions(made->part_, perms::owner_read | perms::owner_write, error);
    if (error) return cannot("write", made->name(), error.value());
  }
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
  if (!out_) return cannot("write", name(), errno);
  std::error_code error;
  std::filesystem::rename(part_, file_.place, error);
  if (error) return cannot("write", name(), error.value());
  out_.close();
  return {};
}

}  // namespace postrider

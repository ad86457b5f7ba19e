#include "http/body_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace postrider {

std::optional<BodyFile> BodyFile::create() {
  std::error_code bad;
  auto path = (std::filesystem::temp_directory_path(bad) / "postrider-body-XXXXXX").string();
  const int descriptor = bad ? -1 : ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  auto file = std::make_unique<std::fstream>(path, std::ios::in | std::ios::out | std::ios::binary);
  ::close(descriptor);
  ::unlink(path.c_str());
  if (!*file) return std::nullopt;
  return BodyFile(std::move(file));
}

bool BodyFile::write(std::string_view piece) {
  file_->write(piece.data(), static_cast<std::streamsize>(piece.size()));
  return file_->good();
}

std::unique_ptr<std::istream> BodyFile::rewound() {
  file_->flush();
  file_->seekg(0);
  return std::move(file_);
}

}  // namespace postrider

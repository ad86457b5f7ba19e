#include "app/sent_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace postrider {
namespace {

constexpr std::size_t kMostFiles = 200;

std::unexpected<Error> not_ours(std::string_view why) {
  return invalid("bad_shell_request",
                 fmt::format("This is not what `postrider --server` of this version sends: {}.", why));
}

}  // namespace

SentFiles::SentFiles(std::string directory, std::filesystem::path folder)
    : directory_(std::move(directory)), folder_(std::move(folder)) {
  if (::mkdir(folder_.c_str(), 0700) != 0)
    throw Fault(fmt::format("cannot make {}: {}", folder_.string(), std::strerror(errno)));
}

SentFiles::~SentFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<SentFiles>> SentFiles::take(const ControlRequest& request, std::istream& body,
                                                   std::filesystem::path folder) {
  if (request.reads.size() + request.writes.size() > kMostFiles) return not_ours("it names too many files");
  std::unique_ptr<SentFiles> files(new SentFiles(request.directory, std::move(folder)));
  for (const auto& file : request.reads) {
    if (const auto taken = files->take_one(file, body); !taken) return std::unexpected(taken.error());
  }
  if (body.peek() != std::istream::traits_type::eof())
    return not_ours("more follows than the files it names");
  for (const auto& file : request.writes) {
    const auto place = files->next_place();
    if (file.exists) std::ofstream(place).flush();
    files->written_[file.name] = {place, file.exists};
  }
  return files;
}

Result<void> SentFiles::take_one(const ControlRequest::Read& file, std::istream& body) {
  if (!file.trouble.empty()) {
    missing_[file.name] = file.trouble;
    return {};
  }
  const auto place = next_place();
  std::ofstream out(place, std::ios::binary);
  std::string block(64 * 1024, '\0');
  for (auto left = file.bytes; left > 0;) {
    body.read(block.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, block.size())));
    const auto got = body.gcount();
    if (got <= 0) return not_ours("a file breaks off");
    out.write(block.data(), got);
    left -= static_cast<std::uint64_t>(got);
  }
  out.flush();
  if (!out) throw Fault(fmt::format("cannot keep what was sent in {}", folder_.string()));
  sent_[file.name] = place;
  return {};
}

std::filesystem::path SentFiles::next_place() {
  return folder_ / std::to_string(++places_);
}

Result<CallerFile> SentFiles::to_read(const std::string& name) {
  const auto file = resolve(directory_, name);
  if (const auto sent = sent_.find(file.string()); sent != sent_.end()) return CallerFile{file, sent->second};
  const auto missing = missing_.find(file.string());
  return invalid("file", fmt::format("Cannot read {}: {}.", file.string(),
                                     missing == missing_.end() ? "it was not sent along" : missing->second));
}

Result<CallerFile> SentFiles::to_write(const std::string& name) {
  const auto file = resolve(directory_, name);
  if (const auto known = written_.find(file.string()); known != written_.end())
    return CallerFile{file, known->second.place};
  return invalid("file",
                 fmt::format("Cannot write {}: its caller did not ask for such a file.", file.string()));
}

void SentFiles::give_back(const std::function<void(const CallerFile&)>& send) const {
  for (const auto& [name, file] : written_) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(file.place, missing);
    if (missing || (file.stood && bytes == 0)) continue;
    send({name, file.place});
  }
}

}  // namespace postrider

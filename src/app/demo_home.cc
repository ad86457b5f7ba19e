#include "app/demo_home.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

#include "app/demo_list.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) throw Fault(fmt::format("cannot write {}", file.string()));
}

}  // namespace

Result<DemoHome> DemoHome::make(const std::string& directory) {
  if (directory.empty()) {
    auto name = (fs::temp_directory_path() / "postrider-demo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Fault(fmt::format("cannot make a temporary directory: {}", std::strerror(errno)));
    }
    return DemoHome(name, true);
  }
  DemoHome home(fs::path(directory) / "postrider-demo", false);
  if (fs::exists(home.database())) {
    std::string owner;
    if (!FileLock::try_take(home.database(), "a demo that starts", owner)) {
      return conflict("demo_runs", fmt::format("Another demo is using {}: {}.", home.path_.string(), owner));
    }
  }
  fs::remove_all(home.path_);
  fs::create_directories(home.path_);
  fs::permissions(home.path_, fs::perms::owner_all);
  return home;
}

DemoHome::DemoHome(DemoHome&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, false)),
      announced_(std::exchange(other.announced_, {})) {}

DemoHome::~DemoHome() {
  std::error_code ignored;
  if (!announced_.empty()) fs::remove(announced_, ignored);
  if (temporary_) fs::remove_all(path_, ignored);
}

void DemoHome::write_example() const {
  write(list(), demo_list());
  write(message(), demo_message());
}

void DemoHome::announce(const std::string& address) {
  if (temporary_) return;
  const auto file = path_.parent_path() / "demo.address";
  write(file, fmt::format("{} {}\n", ::getpid(), address));
  announced_ = file;
}

}  // namespace postrider

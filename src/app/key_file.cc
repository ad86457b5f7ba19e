#include "app/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::string_view kFingerprint = "key_fingerprint";
constexpr std::size_t kLongest = 4096;

[[noreturn]] void fail(std::string_view doing, const std::string& file) {
  throw Fault(fmt::format("cannot {} {}: {}", doing, file, std::strerror(errno)));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }

 private:
  int number_;
};

/// Nothing when there is no file.
Result<std::optional<std::string>> read_key(const std::string& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0 && errno == ENOENT) return std::nullopt;
  if (in.get() < 0) fail("open the key file", file);
  struct stat about{};
  if (::fstat(in.get(), &about) != 0) fail("look at the key file", file);
  if ((about.st_mode & 077) != 0) {
    return invalid("key_file_open_to_others",
                   fmt::format("The key file {0} can be read by others: run chmod 600 {0}", file));
  }
  std::string text(kLongest, '\0');
  const auto n = ::read(in.get(), text.data(), text.size());
  if (n < 0) fail("read the key file", file);
  text.resize(static_cast<std::size_t>(n));
  return std::string(trim(text));
}

/// On disk, name and all, before anything is sealed with it.
void write_key(const std::string& file, const std::string& secret) {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.get() < 0) fail("create the key file", file);
  const std::string line = secret + "\n";
  if (::write(out.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    fail("write the key file", file);
  }
  if (::fsync(out.get()) != 0) fail("sync the key file", file);
  const auto directory = std::filesystem::path(file).parent_path().string();
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) fail("sync the directory", directory);
}

}  // namespace

std::string key_file_beside(const std::string& database_file) {
  return (std::filesystem::path(database_file).parent_path() / "postrider.key").string();
}

Result<SecretBox> open_key(CampaignStore& store, const std::string& database_file,
                           const std::string& secret_key) {
  const auto file = key_file_beside(database_file);
  const auto known = store.meta(kFingerprint);
  std::string secret = secret_key;
  if (secret.empty()) {
    auto kept = read_key(file);
    if (!kept) return std::unexpected(kept.error());
    if (*kept) {
      secret = **kept;
    } else if (known) {
      return conflict(
          "key_missing",
          fmt::format("The database's key (fingerprint {}) is missing: put the key file back as {}, or set "
                      "SECRET_KEY to what it was.",
                      *known, file));
    } else {
      secret = SecretBox::generate();
      write_key(file, secret);
    }
  }
  auto box = SecretBox::from_secret(secret);
  if (!box) return box;
  if (!known) {
    store.set_meta(kFingerprint, box->fingerprint());
  } else if (*known != box->fingerprint()) {
    return conflict(
        "key_wrong",
        fmt::format("The key {} (fingerprint {}) is not the one this database was made with (fingerprint "
                    "{}): nothing is started, because its stored passwords could not be opened.",
                    secret_key.empty() ? "in " + file : std::string("in SECRET_KEY"), box->fingerprint(),
                    *known));
  }
  return box;
}

}  // namespace postrider

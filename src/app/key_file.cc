#include "app/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "actions/unsubscribe_key.h"
#include "app/own_queues.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/crash_point.h"
#include "base/text.h"

namespace postrider {
namespace {

constexpr std::string_view kFingerprint = "key_fingerprint";
constexpr std::string_view kMessageIdKey = "message_id_key";  // sealed; only after the key was replaced
constexpr std::string_view kMessageId = "message-id";
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

void sync_directory_of(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path().string();
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) fail("sync the directory", directory);
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
  sync_directory_of(file);
}

std::string next_of(const std::string& file) {
  return file + ".next";
}

/// The old file is kept under another name, for backups from before need it: that name, or nothing.
std::string move_aside(const std::string& file, WallTime now) {
  if (!std::filesystem::exists(file)) return {};
  auto stamp = format_rfc3339(now);
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  const auto aside = file + ".replaced-" + stamp;
  std::filesystem::rename(file, aside);
  sync_directory_of(file);
  return aside;
}

/// Ends a change of keys that was cut short after the database had taken the new one.
void finish_rotation(const std::string& file, const std::string& known) {
  if (!std::filesystem::exists(next_of(file))) return;
  const auto next = read_key(next_of(file));
  const auto box = next && *next ? SecretBox::from_secret(**next) : Result<SecretBox>(invalid("none", ""));
  if (!box || box->fingerprint() != known) return;
  move_aside(file, SystemClock().wall_now());
  std::filesystem::rename(next_of(file), file);
  sync_directory_of(file);
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
    if (known) finish_rotation(file, *known);
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
  if (const auto sealed = store.meta(kMessageIdKey)) {
    const auto kept = box->open(*sealed);
    if (!kept) return std::unexpected(kept.error());
    SecretBox::Key key{};
    CHECK(kept->size() == key.size());
    std::ranges::copy(*kept, key.begin());
    box->keep_subkey(kMessageId, key);
  }
  return box;
}

Result<RotatedKey> rotate_key(SqliteStore& store, const SecretBox& old, const std::string& database_file,
                              const std::string& new_secret, WallTime now) {
  const auto file = key_file_beside(database_file);
  const auto secret = new_secret.empty() ? SecretBox::generate() : new_secret;
  const auto box = SecretBox::from_secret(secret);
  if (!box) return std::unexpected(box.error());
  if (box->fingerprint() == old.fingerprint())
    return conflict("same_key", "The new key is the one that is in use. Choose another.");
  std::filesystem::remove(next_of(file));  // of a change that came to nothing
  if (new_secret.empty()) write_key(next_of(file), secret);

  const auto anew = [&](std::string_view sealed) -> Result<std::string> {
    const auto clear = old.open(sealed);
    if (!clear) return std::unexpected(clear.error());
    return box->seal(*clear);
  };
  const auto message_ids = old.subkey(kMessageId);
  std::map<std::string, std::string> meta{
      {std::string(kFingerprint), box->fingerprint()},
      {std::string(kMessageIdKey),
       box->seal({reinterpret_cast<const char*>(message_ids.data()), message_ids.size()})}};
  for (const auto name : {kUnsubscribeKeyMeta, kSigningKeyMeta}) {
    const auto kept = store.campaigns().meta(name);
    if (!kept) continue;
    const auto sealed = anew(*kept);
    if (!sealed) return std::unexpected(sealed.error());
    meta.emplace(name, *sealed);
  }
  const auto resealed = store.reseal(anew, meta);
  if (!resealed) return std::unexpected(resealed.error());
  crash_point("key_rotated");
  auto aside = move_aside(file, now);
  if (new_secret.empty()) {
    std::filesystem::rename(next_of(file), file);
    sync_directory_of(file);
  }
  return RotatedKey{box->fingerprint(), std::move(aside), *resealed};
}

}  // namespace postrider

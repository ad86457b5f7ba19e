#include "catcher/catch_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/text.h"

namespace postrider {
namespace {

namespace json = boost::json;

std::string messages_path(const std::string& directory) {
  return directory + "/messages";
}
std::string log_path(const std::string& directory) {
  return directory + "/log.jsonl";
}

/// JSON is UTF-8; strangers' headers need not be.
std::string as_utf8(std::string text) {
  if (!is_valid_utf8(text)) {
    for (char& c : text) c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
  }
  return text;
}

/// The value of a header, unfolded; empty when there is none.
std::string header(std::string_view message, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!message.empty()) {
    const auto end = message.find("\r\n");
    const std::string_view line = message.substr(0, end);
    message = end == message.npos ? std::string_view{} : message.substr(end + 2);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') {
      if (inside) value.append(" ").append(trim(line));
      continue;
    }
    if (inside) break;
    const auto colon = line.find(':');
    inside = colon != line.npos && equals_ignoring_case(line.substr(0, colon), name);
    if (inside) value = trim(line.substr(colon + 1));
  }
  return as_utf8(std::move(value));
}

std::string to_line(const CaughtEmail& email) {
  json::array to;
  for (const std::string& address : email.to) to.emplace_back(as_utf8(address));
  const json::object line{
      {"n", email.n},        {"at", format_rfc3339(email.at)}, {"from", as_utf8(email.from)},
      {"to", std::move(to)}, {"message_id", email.message_id}, {"subject", email.subject},
      {"size", email.size},  {"offset", email.offset},         {"session", email.session}};
  return json::serialize(line) + "\n";
}

std::optional<CaughtEmail> from_line(const std::string& text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text, error);
  if (error || !parsed.is_object()) return std::nullopt;
  try {
    const json::object& line = parsed.as_object();
    CaughtEmail email;
    email.n = line.at("n").as_int64();
    const auto at = parse_rfc3339(line.at("at").as_string());
    if (at) email.at = *at;
    email.from = line.at("from").as_string();
    for (const json::value& address : line.at("to").as_array()) email.to.emplace_back(address.as_string());
    email.message_id = line.at("message_id").as_string();
    email.subject = line.at("subject").as_string();
    email.size = line.at("size").as_int64();
    email.offset = line.at("offset").as_int64();
    email.session = line.at("session").as_int64();
    return email;
  } catch (const std::exception&) {
    return std::nullopt;  // a line that somebody else wrote
  }
}

/// Calls `use(email)` for each whole line; returns where the whole lines end.
template <class Use>
std::int64_t scan(const std::string& directory, Use use) {
  std::ifstream file(log_path(directory), std::ios::binary);
  std::string line;
  std::int64_t end = 0;
  while (std::getline(file, line) && !file.eof()) {  // at eof the newline is missing: torn
    end += static_cast<std::int64_t>(line.size()) + 1;
    if (auto email = from_line(line)) use(std::move(*email));
  }
  return end;
}

int open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw Fault("cannot open " + path + ": " + std::strerror(errno));
  return file;
}

bool write_all(int file, std::string_view bytes, std::int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t size = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
    offset += size;
  }
  return true;
}

}  // namespace

Result<std::vector<CaughtEmail>> list_caught(const std::string& directory) {
  std::vector<CaughtEmail> found;
  scan(directory, [&](CaughtEmail email) { found.push_back(std::move(email)); });
  return found;
}

Result<std::string> read_caught(const std::string& directory, std::int64_t n) {
  std::optional<CaughtEmail> wanted;
  scan(directory, [&](CaughtEmail email) {
    if (email.n == n) wanted = std::move(email);
  });
  if (!wanted) {
    return not_found("caught_not_found",
                     "The catcher in " + directory + " has no message " + std::to_string(n) + ".");
  }
  std::ifstream file(messages_path(directory), std::ios::binary);
  std::string message(static_cast<std::size_t>(wanted->size), '\0');
  file.seekg(wanted->offset);
  file.read(message.data(), wanted->size);
  if (!file) {
    return unavailable("caught_unreadable",
                       "The catcher's file " + messages_path(directory) + " is too short.");
  }
  return message;
}

CatchLog::CatchLog(const std::string& directory, bool sync) : sync_(sync) {
  const bool is_new = !std::filesystem::exists(directory);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw Fault("cannot make the catcher's directory " + directory + ": " + error.message());
  if (is_new) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  messages_ = open_file(messages_path(directory));
  try {
    log_ = open_file(log_path(directory));
    if (::flock(log_, LOCK_EX | LOCK_NB) != 0) throw Fault("another catcher writes to " + directory);
    log_size_ = scan(directory, [&](const CaughtEmail& email) { last_n_ = std::max(last_n_, email.n); });
    if (::ftruncate(log_, log_size_) != 0) throw Fault("cannot repair " + log_path(directory));
    messages_size_ = ::lseek(messages_, 0, SEEK_END);
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::close(messages_);
    if (log_ >= 0) ::close(log_);
    throw;
  }
}

CatchLog::~CatchLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  filled_.notify_one();
  thread_.join();
  ::close(messages_);
  ::close(log_);
}

void CatchLog::append(CaughtEmail email, std::string message, std::function<void(std::int64_t)> done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(email), std::move(message), std::move(done)});
  }
  filled_.notify_one();
}

void CatchLog::run() {
  std::vector<Entry> batch;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    const bool written = write(batch);
    for (Entry& entry : batch) entry.done(written ? entry.email.n : 0);
    batch.clear();
  }
}

bool CatchLog::write(std::vector<Entry>& batch) {
  std::string messages;
  std::string lines;
  for (Entry& entry : batch) {
    CaughtEmail& email = entry.email;
    email.n = last_n_ + 1 + (&entry - batch.data());
    email.message_id = header(entry.message, "Message-ID");
    email.subject = header(entry.message, "Subject");
    email.size = static_cast<std::int64_t>(entry.message.size());
    email.offset = messages_size_ + static_cast<std::int64_t>(messages.size());
    messages += entry.message;
    lines += to_line(email);
  }
  const bool written = write_all(messages_, messages, messages_size_) &&
                       (!sync_ || ::fdatasync(messages_) == 0) && write_all(log_, lines, log_size_) &&
                       (!sync_ || ::fdatasync(log_) == 0);
  if (!written) {
    // The sessions answer 452 and the client tries again: nothing of this may stay in the log.
    (void)!::ftruncate(log_, log_size_);
    (void)!::ftruncate(messages_, messages_size_);
    return false;
  }
  messages_size_ += static_cast<std::int64_t>(messages.size());
  log_size_ += static_cast<std::int64_t>(lines.size());
  last_n_ += static_cast<std::int64_t>(batch.size());
  return true;
}

}  // namespace postrider

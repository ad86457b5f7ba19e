#include "app/remote_client.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "app/verbs/files.h"
#include "app/verbs/list_file.h"
#include "app/verbs/verbs.h"
#include "base/text.h"
#include "campaign/public_url.h"
#include "web/web_client.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestFrame = 1024 * 1024;
constexpr std::size_t kLongestKey = 512;
constexpr auto kSilence = 60s;  // a server gives a sign every ten seconds
constexpr std::string_view kType = "application/vnd.postrider.shell";

Result<std::string> read_key(const std::string& file) {
  if (file.empty()) {
    return invalid("no_key_file",
                   "Name the file with the server's API key: --key-file FILE or POSTRIDER_KEY_FILE. "
                   "`postrider key create` on the server makes one.");
  }
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0)
    return invalid("no_key_file",
                   fmt::format("Cannot read the key file {}: {}.", file, std::strerror(errno)));
  if ((about.st_mode & 077) != 0) {
    return invalid("key_file_open",
                   fmt::format("Others may read the key file {}. Type: chmod 600 {}", file, file));
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(kLongestKey + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const std::string key(trim(text));
  const auto odd = [](char c) { return c <= ' ' || c > '~'; };
  if (key.empty() || key.size() > kLongestKey || std::ranges::any_of(key, odd))
    return invalid("bad_key_file", fmt::format("{} must hold one API key and nothing else.", file));
  return key;
}

/// The request's bytes: its line, then the files, read as they are sent.
class Upload {
 public:
  explicit Upload(const ControlRequest& request) : left_(encode(request)), bytes_(left_.size()) {
    for (const auto& file : request.reads) {
      if (!file.trouble.empty()) continue;
      files_.push_back(file);
      bytes_ += file.bytes;
    }
  }
  std::uint64_t bytes() const { return bytes_; }

  std::optional<std::size_t> read(char* to, std::size_t room) {
    if (!left_.empty()) {
      const auto n = std::min(room, left_.size());
      left_.copy(to, n);
      left_.erase(0, n);
      return n;
    }
    while (at_ < files_.size()) {
      if (!in_.is_open()) in_.open(files_[at_].name, std::ios::binary);
      const auto n = std::min<std::uint64_t>(room, files_[at_].bytes - sent_);
      if (n == 0) {
        in_.close();
        in_.clear();
        sent_ = 0;
        ++at_;
        continue;
      }
      in_.read(to, static_cast<std::streamsize>(n));
      if (in_.gcount() <= 0) return std::nullopt;
      sent_ += static_cast<std::uint64_t>(in_.gcount());
      return static_cast<std::size_t>(in_.gcount());
    }
    return 0;
  }

 private:
  std::string left_;
  std::uint64_t bytes_;
  std::vector<ControlRequest::Read> files_;
  std::size_t at_ = 0;
  std::uint64_t sent_ = 0;  // of the file that is read now
  std::ifstream in_;
};

/// What comes back: lines, and the bytes of files between them.
class Download {
 public:
  Download(const ControlRequest& request, std::ostream& out, std::ostream& err)
      : request_(request), out_(out), err_(err) {}

  /// False: this is not what a server says, or a file cannot be written; `trouble` says which.
  bool take(std::string_view piece) {
    while (!piece.empty()) {
      if (file_bytes_ > 0) {
        const auto n = std::min<std::uint64_t>(file_bytes_, piece.size());
        file_->out().write(piece.data(), static_cast<std::streamsize>(n));
        piece.remove_prefix(n);
        file_bytes_ -= n;
        if (file_bytes_ == 0 && !keep()) return false;
        continue;
      }
      const auto end = piece.find('\n');
      line_ += piece.substr(0, end);
      if (line_.size() > kLongestFrame) return stop("its answer is no answer of a verb");
      if (end == piece.npos) return true;
      piece.remove_prefix(end + 1);
      const auto line = std::exchange(line_, {});
      if (!line.empty() && !act(line)) return false;
    }
    return true;
  }
  std::optional<int> code() const { return code_; }
  const std::string& trouble() const { return trouble_; }

 private:
  bool act(const std::string& line) {
    const auto frame = decode_frame(line);
    if (!frame) return stop("its answer is no answer of a verb");
    switch (frame->kind) {
      case ControlFrame::Kind::out:
        out_ << frame->text << std::flush;
        return true;
      case ControlFrame::Kind::err:
        out_.flush();
        err_ << frame->text << std::flush;
        return true;
      case ControlFrame::Kind::file:
        return begin(*frame);
      case ControlFrame::Kind::exit:
        code_ = frame->code;
        return true;
    }
    return false;
  }
  /// Only what the command line named is ever written here.
  bool begin(const ControlFrame& frame) {
    if (std::ranges::find(request_.writes, frame.text, &ControlRequest::Write::name) == request_.writes.end())
      return stop(fmt::format("it wants to write {}, which nobody asked for", one_line(frame.text, 200)));
    auto file = NewFile::create(CallerFile{frame.text, frame.text});
    if (!file) return stop(file.error().message);
    file_ = std::move(*file);
    file_bytes_ = frame.bytes;
    return file_bytes_ > 0 || keep();
  }
  bool keep() {
    const auto kept = file_->keep();
    file_.reset();
    return kept ? true : stop(kept.error().message);
  }
  bool stop(std::string why) {
    trouble_ = std::move(why);
    return false;
  }

  const ControlRequest& request_;
  std::ostream &out_, &err_;
  std::string line_, trouble_;
  std::unique_ptr<NewFile> file_;
  std::uint64_t file_bytes_ = 0;
  std::optional<int> code_;
};

/// What a server that did not run the verb says about it.
Error refusal(const std::string& url, const WebAnswer& answer) {
  if (answer.header("Content-Type").starts_with("application/problem+json")) {
    boost::json::error_code bad;
    const auto body = boost::json::parse(answer.body, bad);
    const auto* code = bad || !body.is_object() ? nullptr : body.as_object().if_contains("code");
    const auto* detail = bad || !body.is_object() ? nullptr : body.as_object().if_contains("detail");
    if (code != nullptr && code->is_string() && detail != nullptr && detail->is_string()) {
      return {answer.status == 422 ? Error::Kind::invalid : Error::Kind::conflict,
              std::string(code->as_string()), one_line(std::string_view(detail->as_string()), 2000)};
    }
  }
  return {Error::Kind::unavailable, "no_server_there",
          fmt::format("{} answered {} and is not a Postrider server that takes verbs: look at the URL.",
                      origin_of(url), answer.status)};
}

std::string trouble_with(const std::string& name) {
  std::error_code error;
  const auto status = std::filesystem::status(name, error);
  if (!std::filesystem::exists(status)) return "No such file or directory";
  if (std::filesystem::is_directory(status)) return "Is a directory";
  if (!std::filesystem::is_regular_file(status)) return "it is not a regular file";
  return ::access(name.c_str(), R_OK) == 0 ? "" : std::strerror(errno);
}

bool writable(const std::string& name) {
  const auto directory = std::filesystem::path(name).parent_path();
  return ::access(directory.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

void name_files(ControlRequest& request) {
  const auto files = files_of(request.argv);
  for (const auto& typed : files.reads) {
    const auto name = resolve(request.directory, typed).string();
    auto trouble = trouble_with(name);
    std::error_code error;
    const auto bytes = trouble.empty() ? std::filesystem::file_size(name, error) : 0;
    if (error) trouble = error.message();
    request.reads.push_back({.name = name, .bytes = bytes, .trouble = trouble});
  }
  for (const auto& typed : files.writes) {
    auto name = resolve(request.directory, typed);
    // As without a server: beside the list, or in the working directory.
    if (typed.ends_with(kRejectsEnding) && !writable(name.string()))
      name = resolve(request.directory, name.filename().string());
    std::error_code ignored;
    request.writes.push_back({.name = name.string(), .exists = std::filesystem::exists(name, ignored)});
  }
}

Result<int> call_remote(const RemoteServer& server, ControlRequest request, std::ostream& out,
                        std::ostream& err) {
  const auto url = parse_public_url(server.url);
  if (!url) return invalid("bad_server_url", "The server's URL: " + url.error().message);
  const auto key = read_key(server.key_file);
  if (!key) return std::unexpected(key.error());
  name_files(request);
  Upload upload(request);
  Download download(request, out, err);
  WebRequest asked{.method = "POST",
                   .url = *url + "/api/shell",
                   .headers = {{"Authorization", "Bearer " + *key}, {"Content-Type", std::string(kType)}},
                   .upload_bytes = upload.bytes(),
                   .time = 0s,
                   .silence = kSilence,
                   .ca_file = server.ca_file};
  asked.upload = [&](char* to, std::size_t room) { return upload.read(to, room); };
  asked.piece = [&](std::string_view piece) { return download.take(piece); };
  const auto client = make_web_client();
  const auto answer = client->call(std::move(asked));
  if (!download.trouble().empty()) {
    return unavailable(
        "bad_answer", fmt::format("The server at {} was given up: {}.", origin_of(*url), download.trouble()));
  }
  if (download.code()) return *download.code();
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200 || answer->header("Content-Type") != kType)
    return std::unexpected(refusal(*url, *answer));
  return unavailable(
      "server_went_away",
      "The server went away before the verb ended. What it had committed stands: look before you ask again.");
}

}  // namespace postrider

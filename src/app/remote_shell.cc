#include "app/remote_shell.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "app/frame_buffer.h"
#include "app/sent_files.h"
#include "app/verbs/verb_access.h"
#include "app/verbs/verbs.h"
#include "http/problem.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestRequest = 4 * 1024 * 1024;
constexpr std::size_t kMostWaiting = 1024 * 1024;  // said by a verb and not yet fetched
constexpr auto kAtOnce = 300ms;                    // most verbs are over by then
constexpr auto kBetweenLooks = 25ms;
constexpr auto kSign =
    10s;  // an empty line, so that a caller (or a proxy) knows of a silent verb that it runs
constexpr const char* kType = "application/vnd.postrider.shell";

HttpAnswer refused(const Error& error) {
  return problem(error);
}

/// The first line of the body, which stands at its end then.
std::optional<std::string> first_line(std::istream& body) {
  std::string line;
  for (int c = body.get(); c != std::istream::traits_type::eof(); c = body.get()) {
    if (c == '\n') return line;
    if (line.size() >= kLongestRequest) break;
    line += static_cast<char>(c);
  }
  return std::nullopt;
}

}  // namespace

/// One verb that runs: its thread, and what it said that nobody has fetched yet.
class RemoteShell::Verb {
 public:
  Verb(ControlRequest request, std::unique_ptr<SentFiles> files, std::string who, std::atomic<int>& calls)
      : request_(std::move(request)), files_(std::move(files)), who_(std::move(who)), calls_(calls) {
    ++calls_;
  }

  void start(const std::function<int(ControlCall&)>& run) {
    thread_ = std::thread([this, &run] {
      work(run);
      files_.reset();
      const std::lock_guard lock(mutex_);
      done_ = true;
      --calls_;
      changed_.notify_all();
    });
  }
  void join() { thread_.join(); }
  bool done() {
    const std::lock_guard lock(mutex_);
    return done_;
  }
  /// The caller is gone or the server ends: the verb stops at its next pause.
  void end() {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  template <class Duration>
  bool wait_until_done(Duration patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return done_; });
  }
  /// For a verb that has just begun: until it is over, has said much, or takes its time.
  void wait_for_first_words() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kAtOnce, [this] { return done_ || said_.size() >= kMostWaiting; });
  }
  /// Adds what was said to `piece`. False: it was the last.
  bool take(std::string& piece) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (said_.empty() && !done_ && now - last_sign_ > kSign) said_ = "\n";
    if (!said_.empty()) last_sign_ = now;
    piece += said_;
    said_.clear();
    changed_.notify_all();
    return !done_;
  }

 private:
  void work(const std::function<int(ControlCall&)>& run) {
    const auto send = [this](const std::string& frame) { return say(frame); };
    FrameBuffer out_frames(send, ControlFrame::Kind::out), err_frames(send, ControlFrame::Kind::err);
    std::ostream out(&out_frames), err(&err_frames);
    ControlCall call{.request = request_, .who = who_, .files = *files_, .out = out, .err = err, .pause = {}};
    call.pause = [&](Micros time) {
      out.flush();
      err.flush();
      std::unique_lock lock(mutex_);
      return out.good() && err.good() && !changed_.wait_for(lock, time, [this] { return ending_; });
    };
    const int code = run(call);
    out.flush();
    err.flush();
    files_->give_back([this](const CallerFile& file) { give_back(file); });
    say(encode(ControlFrame{.kind = ControlFrame::Kind::exit, .text = {}, .code = code}));
  }

  void give_back(const CallerFile& file) {
    std::ifstream in(file.place, std::ios::binary);
    std::string block(64 * 1024, '\0');
    std::error_code unreadable;
    const auto bytes = std::filesystem::file_size(file.place, unreadable);
    if (unreadable) return;
    say(encode(ControlFrame{.kind = ControlFrame::Kind::file, .text = file.name.string(), .bytes = bytes}));
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
      if (!say({block.data(), static_cast<std::size_t>(in.gcount())})) return;
    }
  }

  /// Waits while too much has not been fetched. False: nobody will.
  bool say(std::string_view text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || said_.size() < kMostWaiting; });
    if (ending_) return false;
    said_ += text;
    if (said_.size() >= kMostWaiting) changed_.notify_all();
    return true;
  }

  const ControlRequest request_;
  std::unique_ptr<SentFiles> files_;
  const std::string who_;
  std::atomic<int>& calls_;
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string said_;
  bool done_ = false, ending_ = false;
  std::chrono::steady_clock::time_point last_sign_ = std::chrono::steady_clock::now();
};

RemoteShell::RemoteShell(std::filesystem::path folder, std::function<int(ControlCall&)> run)
    : folder_(std::move(folder)), run_(std::move(run)) {}

RemoteShell::~RemoteShell() {
  hush();
  for (auto& verb : verbs_) verb->join();
}

void RemoteShell::start() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

HttpAnswer RemoteShell::answer(const Caller& caller, HttpBody body) {
  std::istringstream bytes(std::move(body.bytes));
  std::istream& in = body.file ? *body.file : bytes;
  const auto line = first_line(in);
  auto request = line ? decode_request(*line) : std::nullopt;
  if (!request) {
    return refused({Error::Kind::invalid, "bad_shell_request",
                    "The body is not a verb: `postrider --server` of this server's version speaks to it."});
  }
  const auto verb =
      !request->argv.empty() && request->argv.front() == "status" ? "status" : verb_of(request->argv);
  const auto needed = verb_access(verb);
  if (!may_call(caller, needed)) {
    return problem(403, "forbidden",
                   fmt::format("`postrider {}` from another machine is for the role {} and above.",
                               verb.empty() ? "VERB" : verb, to_string(needed)));
  }
  reap();
  if (ending_) return problem(503, "ending", "The server is ending. Try again when it is back.");
  if (calls_ >= kMostCalls) {
    auto busy =
        problem(503, "busy",
                fmt::format("The server runs {} verbs for other machines already. Try again when one of "
                            "them is done.",
                            kMostCalls));
    busy.set("Retry-After", "5");
    return busy;
  }
  static std::atomic<std::uint64_t> count{0};
  ::mkdir(folder_.c_str(), 0700);
  auto files = SentFiles::take(*request, in, folder_ / std::to_string(++count));
  if (!files) return refused(files.error());
  auto running = std::make_shared<Verb>(std::move(*request), std::move(*files), caller.name, calls_);
  {
    const std::lock_guard lock(mutex_);
    verbs_.push_back(running);
    running->start(run_);
    if (ending_) running->end();
  }
  running->wait_for_first_words();
  HttpAnswer answer{.content_type = kType};
  if (!running->take(answer.body)) return answer;
  // Goes with the answer: whoever drops it, also by hanging up, ends the verb.
  const std::shared_ptr<void> hang_up(nullptr, [running](void*) { running->end(); });
  answer.more = [running, hang_up](std::string& piece) { return running->take(piece); };
  answer.every = kBetweenLooks;
  return answer;
}

void RemoteShell::hush() {
  ending_ = true;
  const std::lock_guard lock(mutex_);
  for (auto& verb : verbs_) verb->end();
}

bool RemoteShell::stop(Micros patience) {
  hush();
  const auto until = std::chrono::steady_clock::now() + patience;
  for (auto& verb : verbs_) {
    if (!verb->wait_until_done(until - std::chrono::steady_clock::now())) return false;
  }
  reap();
  return true;
}

void RemoteShell::reap() {
  std::list<std::shared_ptr<Verb>> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto verb = verbs_.begin(); verb != verbs_.end();) {
      const auto next = std::next(verb);
      if ((*verb)->done()) gone.splice(gone.end(), verbs_, verb);
      verb = next;
    }
  }
  for (auto& verb : gone) verb->join();
}

}  // namespace postrider

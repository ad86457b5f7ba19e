#include "dispatch/http_crew.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "base/crash_point.h"
#include "store/task_store.h"

namespace postrider {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds kRetryEvery{500};
constexpr int kRetriesWhenStopping = 4;
constexpr std::chrono::seconds kLongestSleep{1};  // the wall clock may have been set

/// In full flow the next group is about as large as the last one, and worth a moment's wait: a transaction
/// costs as much for one record as for twenty.
constexpr microseconds kGatherFor{300};
constexpr std::size_t kFullFlow = 32;  // records in the last group

constexpr std::size_t kMostOctets = 256UL * 1024 * 1024;  // of the bodies of attempts under way

}  // namespace

struct HttpCrew::Board {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<HttpRecord> ended;
  int under_way = 0;       // claimed and not ended
  std::size_t octets = 0;  // their bodies
  bool recording = false;  // a transaction is on its way
  bool rung = false, stopping = false, quitting = false;

  int places(int all) const { return octets < kMostOctets ? std::max(0, all - under_way) : 0; }
  void begin(const ClaimedHttpTask& task) {
    ++under_way;
    octets += task.task.body.size();
  }
  /// The place is free for the claim that travels with this very record.
  void end(const HttpRecord& record, std::size_t body) {
    const std::lock_guard lock(mutex);
    ended.push_back(record);
    --under_way;
    octets -= body;
    if (ended.size() == 1 || under_way == 0) changed.notify_all();
  }
};

/// Answered once, whatever the target does.
struct HttpCrew::Attempt {
  std::shared_ptr<Board> board;
  std::int64_t key;
  int attempt;
  std::size_t body;
  std::atomic_flag answered;

  void answer(const HttpOutcome& outcome) {
    if (!answered.test_and_set()) board->end({.key = key, .attempt = attempt, .outcome = outcome}, body);
  }
};

HttpCrew::HttpCrew(HttpTaskStore& store, HttpTarget& target, const Clock& clock, Log& log, int places)
    : store_(store),
      target_(target),
      clock_(clock),
      log_(log),
      places_(places),
      board_(std::make_shared<Board>()) {}

HttpCrew::~HttpCrew() {
  stop(milliseconds{0});
}

void HttpCrew::start() {
  thread_ = std::thread([this] { run(); });
}

bool HttpCrew::stop(milliseconds patience) {
  {
    std::unique_lock lock(board_->mutex);
    board_->stopping = true;
    board_->changed.notify_all();
    const auto quiet = [this] {
      return board_->under_way == 0 && board_->ended.empty() && !board_->recording;
    };
    if (thread_.joinable()) board_->changed.wait_for(lock, patience, quiet);
    board_->quitting = true;
  }
  board_->changed.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(board_->mutex);
  return board_->under_way == 0 && board_->ended.empty();
}

void HttpCrew::ring() {
  {
    const std::lock_guard lock(board_->mutex);
    board_->rung = true;
  }
  board_->changed.notify_all();
}

void HttpCrew::call(ClaimedHttpTask task) {
  {
    const std::lock_guard lock(board_->mutex);
    board_->begin(task);
  }
  begin(task);
}

/// Under the board's mutex: whether there is something to record or to claim.
bool HttpCrew::is_ready() const {
  const auto& board = *board_;
  if (board.quitting || !board.ended.empty()) return true;
  if (board.stopping || board.places(places_) == 0) return false;
  return board.rung || (wake_ && *wake_ <= clock_.wall_now());
}

Micros HttpCrew::sleep_length() const {
  Micros length = kLongestSleep;
  if (wake_ && !board_->stopping && board_->places(places_) > 0)
    length = std::min<Micros>(length, *wake_ - clock_.wall_now());
  if (!held_.empty()) length = std::min<Micros>(length, held_.back().at - clock_.boot_now());
  return std::max(length, Micros{0});
}

void HttpCrew::run() {
  ::pthread_setname_np(::pthread_self(), "http_crew");
  auto& board = *board_;
  std::vector<HttpRecord> records;
  int failures = 0;
  while (true) {
    begin_held();
    std::unique_lock lock(board.mutex);
    if (in_trouble_) {
      board.changed.wait_for(lock, kRetryEvery, [&] { return board.quitting; });
    } else if (!is_ready()) {
      board.changed.wait_for(lock, sleep_length());
      continue;
    } else if (last_group_ >= kFullFlow) {
      board.changed.wait_for(lock, kGatherFor,
                             [&] { return board.quitting || board.ended.size() >= last_group_; });
    }
    const bool last = board.quitting;
    records.insert(records.end(), board.ended.begin(), board.ended.end());
    board.ended.clear();
    board.rung = false;
    board.recording = true;
    const int places = board.stopping ? 0 : board.places(places_);
    lock.unlock();
    const bool done = step(records, places);
    failures = done ? 0 : failures + 1;
    lock.lock();
    board.recording = !records.empty();
    if (board.stopping) board.changed.notify_all();
    if (!last || (!done && failures <= kRetriesWhenStopping)) continue;
    // What could not be recorded is told as still there.
    board.ended.insert(board.ended.end(), records.begin(), records.end());
    return;
  }
}

/// False when the store could not; the records are kept.
bool HttpCrew::step(std::vector<HttpRecord>& records, int places) {
  HttpClaims claims;
  try {
    claims = store_.step(records, places);
  } catch (const StoreFault& fault) {
    tell_fault(fault.what());
    if (fault.kind() == StoreFault::Kind::lost && lost_) lost_(fault.what());
    return false;
  } catch (const std::exception& fault) {
    tell_fault(fault.what());
    return false;
  }
  if (in_trouble_) log_.write(LogLevel::info, "http_tasks_writable_again");
  in_trouble_ = false;
  if (!records.empty()) crash_point("http_recorded");
  if (!claims.tasks.empty()) crash_point("http_claimed");
  last_group_ = records.size();
  records.clear();
  wake_ = claims.wake;
  {
    const std::lock_guard lock(board_->mutex);
    for (const auto& task : claims.tasks) board_->begin(task);
  }
  for (auto& task : claims.tasks) {
    const auto early = task.task.schedule - clock_.wall_now();
    if (early <= Micros{0}) {
      begin(task);
    } else {
      held_.push_back({.at = clock_.boot_now() + early, .task = std::move(task)});
    }
  }
  std::ranges::sort(held_, std::greater{}, &Held::at);
  return true;
}

void HttpCrew::begin_held() {
  while (!held_.empty() && held_.back().at <= clock_.boot_now()) {
    const auto task = std::move(held_.back().task);
    held_.pop_back();
    begin(task);
  }
}

void HttpCrew::begin(const ClaimedHttpTask& task) {
  auto attempt = std::make_shared<Attempt>(board_, task.key, task.task.dispatch_count, task.task.body.size());
  try {
    target_.call(task.task, [attempt](const HttpOutcome& outcome) { attempt->answer(outcome); });
  } catch (const std::exception& fault) {
    log_.write(LogLevel::error, "http_attempt_broke", {{"why", fault.what()}});
    attempt->answer({.status = kNoResponse});
  }
}

void HttpCrew::tell_fault(const std::string& why) {
  if (!in_trouble_) log_.write(LogLevel::error, "http_tasks_cannot_be_written", {{"why", why}});
  in_trouble_ = true;
}

}  // namespace postrider

#include "dispatch/ledger.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "base/crash_point.h"
#include "dispatch/grouping.h"

namespace postrider {
namespace {

constexpr std::size_t kLargestBatch = 1000;
constexpr std::chrono::milliseconds kRetryEvery{500};
constexpr int kRetriesWhenStopping = 4;

/// In full flow the next group is about as large as the last one. It is worth a moment's wait: a
/// transaction costs as much for one email as for twenty. Not where few sessions are open: there all of
/// them wait for this one.
constexpr std::chrono::microseconds kGatherFor{300};
constexpr std::size_t kFullFlow = 32;  // words in the last group

/// Where the kill stories strike: each name after the commit that made it true.
void pass_crash_points(std::span<const Entry> entries, std::span<const EntryResult> results) {
#ifdef POSTRIDER_CRASH_POINTS
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (std::holds_alternative<Record>(entries[i])) crash_point("recorded");
    if (const auto* claimed = std::get_if<Claimed>(&results[i]);
        claimed != nullptr && !claimed->tasks.empty()) {
      for (const auto& task : claimed->tasks)
        crash_point(task.kind == TaskKind::plan ? "plan_claimed" : "claimed");
    }
    if (const auto* one = std::get_if<OneClaimed>(&results[i]); one != nullptr && one->task)
      crash_point("claimed");
    if (const auto* gate = std::get_if<GateAnswer>(&results[i]);
        gate != nullptr && gate->kind == GateAnswer::Kind::open) {
      crash_point("intent_committed");
    }
  }
#else
  (void)entries;
  (void)results;
#endif
}

}  // namespace

Ledger::Ledger(Loop& loop, const Clock& clock, TaskStore& store, Log& log)
    : loop_(loop), clock_(clock), store_(store), log_(log) {}

Ledger::~Ledger() {
  stop();
}

void Ledger::serve(CrewId crew, std::function<void(Claimed)> claimed, bool plans_only) {
  crew_ = crew;
  plans_only_ = plans_only;
  claimed_ = std::move(claimed);
}

void Ledger::start() {
  thread_ = std::thread([this] { run(); });
}

void Ledger::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Ledger::poke() {
  {
    const std::lock_guard lock(mutex_);
    if (poked_) return;
    poked_ = true;
  }
  woken_.notify_one();
}

void Ledger::submit(Ask* ask) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = asked_.empty();
    if (first) first_asked_ = clock_.boot_now();
    asked_.push_back(ask);
  }
  // Not at once: what lies before the loop now will ask as well, and is worth the same transaction.
  if (first) loop_.post([this] { woken_.notify_one(); });
}

std::string Ledger::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void Ledger::set_trouble(std::string text) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = trouble_.empty() != text.empty();
    trouble_ = text;
  }
  if (!changed) return;
  if (text.empty()) {
    log_.write(LogLevel::info, "store_writable_again");
  } else {
    log_.write(LogLevel::error, "store_cannot_write", {{"why", text}});
  }
}

std::vector<Ledger::Ask*> Ledger::take(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait && trouble_.empty()) {
    woken_.wait(lock, [this] { return stopping_ || poked_ || !asked_.empty(); });
    if (last_group_ >= kFullFlow && asked_.size() < last_group_) {
      woken_.wait_for(lock, kGatherFor, [this] { return stopping_; });
    }
  } else if (wait) {
    // Even if nobody asks: the first transaction that succeeds is what tells that there is room.
    woken_.wait_for(lock, kRetryEvery, [this] { return stopping_; });
  }
  poked_ = false;
  std::vector<Ask*> batch = std::move(kept_);
  kept_.clear();
  const auto room = batch.size() < kLargestBatch ? kLargestBatch - batch.size() : 0;
  const auto n = static_cast<std::ptrdiff_t>(std::min(room, words_to_take()));
  batch.insert(batch.end(), asked_.begin(), asked_.begin() + n);
  asked_.erase(asked_.begin(), asked_.begin() + n);
  if (!asked_.empty()) poked_ = true;
  last_group_ = batch.size();
  return batch;
}

/// Under the mutex.
std::size_t Ledger::words_to_take() const {
  return postrider::words_to_take(
      {.words = asked_.size(), .emails = emails_, .idle = first_asked_ - last_end_, .last_took = last_took_});
}

void Ledger::count_emails(std::span<const Entry> entries, std::span<const EntryResult> results) {
  const auto ends = [](const Entry& word) {
    return std::holds_alternative<Record>(word) || std::holds_alternative<Release>(word);
  };
  emails_ -= std::min(emails_, static_cast<std::size_t>(std::ranges::count_if(entries, ends)));
  for (const auto& result : results) {
    if (const auto* one = std::get_if<OneClaimed>(&result)) emails_ += one->task ? 1 : 0;
    if (const auto* claimed = std::get_if<Claimed>(&result)) {
      emails_ +=
          static_cast<std::size_t>(std::ranges::count(claimed->tasks, TaskKind::email, &ClaimedTask::kind));
    }
  }
}

void Ledger::run() {
  ::pthread_setname_np(::pthread_self(), "ledger");
  int failures = 0;
  while (true) {
    auto batch = take(true);
    const bool applied = apply(batch);
    failures = applied ? 0 : failures + 1;
    const std::lock_guard lock(mutex_);
    if (!stopping_) continue;
    const bool empty = asked_.empty() && kept_.empty();
    if (empty || failures > kRetriesWhenStopping) return;
  }
}

bool Ledger::step_if_asked() {
  {
    const std::lock_guard lock(mutex_);
    if (asked_.empty() && !poked_ && trouble_.empty()) return false;
  }
  auto batch = take(false);
  return apply(batch);
}

/// False when the store could not; then the batch has been kept or answered.
bool Ledger::apply(std::vector<Ask*>& batch) {
  std::vector<Entry> entries;
  entries.reserve(batch.size() + 1);
  for (Ask* ask : batch) entries.push_back(std::move(ask->entry_));
  const int places = places_.load();
  entries.emplace_back(Claim{crew_, places, plans_only_});
  std::vector<EntryResult> results;
  const auto began = clock_.boot_now();
  try {
    results = store_.apply(entries);
  } catch (const StoreFault& fault) {
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->entry_ = std::move(entries[i]);
    set_trouble(fault.what());
    if (fault.kind() == StoreFault::Kind::lost && lost_) lost_(fault.what());
    answer_what_cannot_wait(batch);
    return false;
  }
  last_end_ = clock_.boot_now();
  last_took_ = last_end_ - began;
  set_trouble("");
  pass_crash_points(entries, results);
  count_emails(entries, results);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->result_ = std::move(results[i]);
  auto claimed = std::move(std::get<Claimed>(results.back()));
  places_ -= static_cast<int>(claimed.tasks.size());
  hand_back(std::move(batch), std::move(claimed));
  return true;
}

/// Nobody may stand at the gate while the disk is full: intents are refused. What came of
/// attempts is kept and applied as soon as there is room.
void Ledger::answer_what_cannot_wait(std::vector<Ask*>& batch) {
  std::vector<Ask*> refused;
  for (Ask* ask : batch) {
    if (std::holds_alternative<Intend>(ask->entry_)) {
      ask->result_ =
          GateAnswer{.kind = GateAnswer::Kind::unavailable, .why = "the database cannot be written"};
      refused.push_back(ask);
    } else if (std::holds_alternative<Claim>(ask->entry_)) {
      ask->result_ = Claimed{};
      refused.push_back(ask);
    } else if (std::holds_alternative<ClaimOne>(ask->entry_)) {
      ask->result_ = OneClaimed{.kind = OneClaimed::Kind::held, .task = {}, .next = {}};
      refused.push_back(ask);
    } else {
      kept_.push_back(ask);
    }
  }
  hand_back(std::move(refused), Claimed{.wake = std::nullopt});
}

void Ledger::hand_back(std::vector<Ask*> done, Claimed claimed) {
  if (done.empty() && claimed.tasks.empty() && !claimed.wake) return;
  loop_.post([this, done = std::move(done), claimed = std::move(claimed)]() mutable {
    // New tasks first: then their envelopes can travel with the bodies that go on now.
    if (claimed_) claimed_(std::move(claimed));
    for (Ask* ask : done) ask->asker_.resume();
  });
}

}  // namespace postrider

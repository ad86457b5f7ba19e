#include "dispatch/crew.h"

#include <algorithm>
#include <utility>

namespace postrider {
namespace {

/// Sleeps are cut into pieces, so that a clock that was set is noticed within a minute.
constexpr Micros kLongestSleep = std::chrono::minutes{1};

/// After a fault of our own surroundings (a read that failed) the task rests this long.
constexpr Micros kRestAfterFault = std::chrono::seconds{30};

}  // namespace

/// The gate of one attempt: asks the ledger, and waits for a slot that is only moments away.
class Crew::LedgerGate : public Gate {
 public:
  LedgerGate(Crew& crew, const ClaimedTask& task) : crew_(crew), task_(task) {}
  Async<GateAnswer> pass() override {
    auto answer = co_await crew_.pass_gate(task_);
    opened_ = answer.kind == GateAnswer::Kind::open;
    co_return answer;
  }
  bool opened() const { return opened_; }

 private:
  Crew& crew_;
  const ClaimedTask& task_;
  bool opened_ = false;
};

Crew::Crew(Loop& loop, const Clock& clock, Ledger& ledger, CrewId id, TaskHandler& emails, Log& log,
           CrewOptions options)
    : loop_(loop), clock_(clock), ledger_(ledger), id_(id), emails_(emails), log_(log), options_(options) {
  ledger_.serve(id_, [this](Claimed claimed) { on_claimed(std::move(claimed)); }, options_.only_rung);
}

void Crew::start() {
  ledger_.add_places(options_.max_running);
  ledger_.poke();
}

void Crew::stop(std::function<void()> done) {
  done_ = std::move(done);
  if (std::exchange(stopping_, true)) return end_if_quiet();
  ledger_.add_places(-options_.max_running);
  spawn(hear_last_claim());
}

/// A transaction under way may still bring tasks. Results come in order: once a word of ours has come
/// back, so has everything claimed before it.
Async<void> Crew::hear_last_claim() {
  Entry nothing = Claim{id_, 0};
  co_await ledger_.ask(std::move(nothing));
  heard_last_claim_ = true;
  end_if_quiet();
}

void Crew::end_if_quiet() {
  if (heard_last_claim_ && running_ == 0 && done_) loop_.post(std::exchange(done_, {}));
}

void Crew::ring() {
  ledger_.poke();
}

void Crew::run(TaskId id, std::function<void(bool)> done) {
  spawn(look_for(id, std::move(done)));
}

/// A transaction claims what is due. Its results come in order, so the second word comes back when all
/// that was claimed with the first one is under way.
Async<void> Crew::look_for(TaskId id, std::function<void(bool)> done) {
  for (int i = 0; i < 2 && !under_way_.contains(id); ++i) {
    Entry nothing = Claim{id_, 0};
    co_await ledger_.ask(std::move(nothing));
  }
  if (!under_way_.contains(id)) {
    done(false);
  } else {
    awaited_.emplace(id, std::move(done));
  }
}

void Crew::ring_for(TaskId id, std::int64_t alarm, std::function<void(Rung)> done) {
  spawn(answer_ring(id, alarm, std::move(done)));
}

Async<void> Crew::answer_ring(TaskId id, std::int64_t alarm, std::function<void(Rung)> done) {
  using Kind = OneClaimed::Kind;
  if (stopping_) co_return done({Rung::Kind::unavailable});
  ++running_;
  Entry claim = ClaimOne{id_, id, alarm};
  EntryResult result = co_await ledger_.ask(std::move(claim));
  auto one = std::get<OneClaimed>(std::move(result));
  Rung rung{Rung::Kind::later};
  if (one.task) {
    const ClaimedTask task = std::move(*one.task);
    rung.sent = co_await work_email(task);
    rung.kind = Rung::Kind::ended;
  } else if (one.kind == Kind::held) {
    rung.kind = ledger_.stuck() ? Rung::Kind::unavailable : Rung::Kind::held;
  } else if (one.kind == Kind::over) {
    rung.kind = Rung::Kind::over;
  }
  done(std::move(rung));
  --running_;
  end_if_quiet();
}

void Crew::tell_ended(TaskId id) {
  under_way_.erase(id);
  while (!awaited_.empty()) {
    auto found = awaited_.extract(id);
    if (!found) return;
    found.mapped()(true);
  }
}

void Crew::on_claimed(Claimed claimed) {
  sleep_until_wake(claimed.wake);
  running_ += static_cast<int>(claimed.tasks.size());
  for (const auto& task : claimed.tasks) under_way_.insert(task.id);
  for (auto& task : claimed.tasks) spawn(work(std::move(task)));
}

void Crew::sleep_until_wake(std::optional<WallTime> wake) {
  if (alarm_) loop_.cancel(*alarm_);
  alarm_.reset();
  if (!wake || stopping_) return;
  const Micros wait = std::clamp(Micros{*wake - clock_.wall_now()}, Micros{0}, kLongestSleep);
  alarm_ = loop_.call_at(clock_.boot_now() + wait, [this] {
    alarm_.reset();
    ledger_.poke();
  });
}

/// One task from claim to record.
Async<void> Crew::work(ClaimedTask task) {
  if (task.kind == TaskKind::plan) {
    ledger_.add_places(1);
    Entry step = PlanStep{id_, task.id, task.attempt};
    co_await ledger_.ask(std::move(step));
  } else {
    co_await work_email(task);
  }
  tell_ended(task.id);
  --running_;
  end_if_quiet();
}

/// What the server said, if the email is sent and that is on disk.
Async<std::optional<AttemptOutcome>> Crew::work_email(const ClaimedTask& task) {
  HandlerResult result = co_await handle(task);
  Entry word = Record{id_, task.id, task.attempt, {}};
  std::optional<AttemptOutcome> sent;
  if (auto* outcome = std::get_if<AttemptOutcome>(&result)) {
    if (options_.only_rung && outcome->disposition == Disposition::delivered) sent = *outcome;
    std::get<Record>(word).outcome = std::move(*outcome);
  } else {
    word = Release{id_, task.id, task.attempt, std::move(std::get<ShutOut>(result).answer)};
  }
  // The place is free for the claim that travels with this very record.
  if (!options_.only_rung) ledger_.add_places(1);
  const EntryResult answer = co_await ledger_.ask(std::move(word));
  if (const auto* ack = std::get_if<Ack>(&answer); ack != nullptr && *ack == Ack::stale) {
    log_.write(LogLevel::warning, "late_word_ignored", {{"task", std::to_string(task.id.value)}});
    sent.reset();
  }
  co_return sent;
}

/// The handler, with a net: a fault before the gate lets the task rest, one behind it is an unknown
/// outcome, never a second sending.
Async<HandlerResult> Crew::handle(const ClaimedTask& task) {
  LedgerGate gate(*this, task);
  std::string fault;
  try {
    co_return co_await emails_.handle(task, gate);
  } catch (const std::exception& thrown) {
    fault = thrown.what();
  }
  log_.write(LogLevel::error, "attempt_broke", {{"task", std::to_string(task.id.value)}, {"why", fault}});
  if (gate.opened()) {
    co_return AttemptOutcome{.disposition = Disposition::unknown,
                             .text = fault,
                             .reason = "Postrider failed while the email was under way: " + fault};
  }
  co_return ShutOut{
      {.kind = GateAnswer::Kind::not_before, .due = clock_.wall_now() + kRestAfterFault, .why = fault}};
}

Async<GateAnswer> Crew::pass_gate(const ClaimedTask& task) {
  const BootTime patience = clock_.boot_now() + options_.longest_gate_wait;
  while (true) {
    if (stopping_) co_return GateAnswer{.kind = GateAnswer::Kind::cancelled, .why = "the server shuts down"};
    Entry intent = Intend{id_, task.id, task.attempt};
    EntryResult result = co_await ledger_.ask(std::move(intent));
    auto answer = std::get<GateAnswer>(std::move(result));
    if (answer.kind != GateAnswer::Kind::not_before) co_return answer;
    const BootTime opens = clock_.boot_now() + (answer.due - clock_.wall_now());
    if (opens > patience) co_return answer;
    co_await sleep_until(loop_, opens);
  }
}

}  // namespace postrider

#include "store/sqlite/task_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>
#include <utility>

#include "base/check.h"

namespace postrider::sqlite {
namespace {

class SqliteTaskStore : public TaskStore {
 public:
  explicit SqliteTaskStore(Writer& writer)
      : writer_(writer),
        readers_(HotRows::prepare(writer.db)),
        suppressions_(writer.db),
        held_(writer.db),
        claims_(writer.db),
        single_claims_(writer.db, claims_),
        gates_(writer.db),
        records_(writer.db),
        plan_steps_(writer.db) {}

  CrewId join() override;
  std::vector<EntryResult> apply(std::span<const Entry> entries) override;

  void on_ring(std::function<void()> bell) override {
    const std::lock_guard lock(writer_.mutex);
    writer_.bell = std::move(bell);
  }

 private:
  Work begin(HotRows& rows) {
    suppressions_.look_again();
    records_.begin();
    single_claims_.begin();
    rows.now = writer_.clock.wall_now();
    return {writer_, rows, suppressions_, rows.now};
  }
  EntryResult apply_one(Work& work, const Entry& entry);
  void serve_single(Work& work, std::span<const Entry> entries, std::vector<EntryResult>& results);
  void take_over(Work& work);

  Writer& writer_;
  std::shared_ptr<HotRows::Readers> readers_;
  SuppressionLookup suppressions_;
  HeldTasks held_;
  Claims claims_;
  SingleClaims single_claims_;
  Gates gates_;
  Records records_;
  PlanSteps plan_steps_;
  std::set<std::int64_t> served_;  // campaigns that lost waiting tasks in the running transaction
};

CrewId SqliteTaskStore::join() {
  const std::lock_guard lock(writer_.mutex);
  Transaction transaction(writer_.db);
  Statement add(writer_.db, "INSERT INTO crew (joined, process) VALUES (?, ?)");
  add.run(to_micros(writer_.clock.wall_now()), static_cast<std::int64_t>(::getpid()));
  writer_.crew = CrewId{writer_.db.last_id()};
  HotRows rows(writer_, *readers_);
  Work work = begin(rows);
  take_over(work);
  records_.write_back();
  rows.write_back();
  writer_.recount_lanes();
  transaction.commit();
  return writer_.crew;
}

/// This process holds the file's lock, so whoever held a task is dead. Before its gate nothing was
/// sent: the task simply waits again. Past it, nobody knows.
void SqliteTaskStore::take_over(Work& work) {
  struct Left {
    TaskId id;
    int attempt;
    CrewId crew;
  };
  std::vector<Left> past_gate;
  Statement find(writer_.db, "SELECT id, attempt, crew_id FROM task WHERE state = 2");
  while (find.step()) {
    past_gate.push_back(
        {TaskId{find.integer(0)}, static_cast<int>(find.integer(1)), CrewId{find.integer(2)}});
  }
  find.reset();
  writer_.recount_lanes();
  for (const auto& left : past_gate) {
    const auto held = held_.take(left.crew, left.id, left.attempt);
    CHECK(held.has_value());
    const AttemptOutcome outcome{.disposition = Disposition::unknown,
                                 .blame = Blame::none,
                                 .stage = "dot",
                                 .text = "the server stopped before the mail server's answer was recorded",
                                 .reason =
                                     "Postrider stopped between the final dot and its answer: the email may "
                                     "or may not have been accepted"};
    CHECK(records_.record(work, held_, *held, outcome));
  }
  // Campaigns stopped while their emails were held: those end as skipped.
  std::vector<Left> before_gate;
  Statement running(writer_.db, "SELECT id, attempt, crew_id FROM task WHERE state = 1");
  while (running.step()) {
    before_gate.push_back(
        {TaskId{running.integer(0)}, static_cast<int>(running.integer(1)), CrewId{running.integer(2)}});
  }
  running.reset();
  for (const auto& left : before_gate) {
    const auto held = held_.take(left.crew, left.id, left.attempt);
    CHECK(held.has_value());
    if (held->kind == TaskKind::plan) {
      CHECK(held_.put_back(work, *held, held->due));
    } else {
      CHECK(gates_.release(work, held_, *held, {.kind = GateAnswer::Kind::lease_lost}));
    }
  }
}

std::vector<EntryResult> SqliteTaskStore::apply(std::span<const Entry> entries) {
  const std::lock_guard lock(writer_.mutex);
  try {
    Transaction transaction(writer_.db);
    HotRows rows(writer_, *readers_);
    Work work = begin(rows);
    std::vector<EntryResult> results(entries.size());
    served_.clear();

    for (std::size_t i = 0; i < entries.size(); ++i) {
      const bool claims =
          std::holds_alternative<Claim>(entries[i]) || std::holds_alternative<ClaimOne>(entries[i]);
      if (!claims) results[i] = apply_one(work, entries[i]);
    }
    serve_single(work, entries, results);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto* claim = std::get_if<Claim>(&entries[i]);
      if (claim == nullptr) continue;
      if (claim->limit <= 0 || writer_.quarantined) {
        results[i] = Claimed{};
        continue;
      }
      auto claimed = claim->plans_only ? claims_.serve_plans(work, held_, claim->crew, claim->limit)
                                       : claims_.serve(work, held_, claim->crew, claim->limit);
      for (const auto& task : claimed.tasks) {
        if (task.kind == TaskKind::email) served_.insert(task.campaign.value);
      }
      results[i] = std::move(claimed);
    }
    // A planner woken just now is due work that the claims above have not seen.
    bool woke = false;
    for (const auto campaign : served_) woke |= plan_steps_.wake_low(work, CampaignId{campaign});
    rows.write_back();
    for (auto& result : results) {
      auto* claimed = std::get_if<Claimed>(&result);
      if (claimed == nullptr) continue;
      if (!writer_.quarantined) claims_.tell_wake(work, *claimed);
      if (woke) claimed->wake = work.now;
    }
    records_.write_back();
    transaction.commit();
    writer_.trouble.clear();
    return results;
  } catch (const StoreFault& fault) {
    writer_.trouble = fault.what();
    throw;
  }
}

void SqliteTaskStore::serve_single(Work& work, std::span<const Entry> entries,
                                   std::vector<EntryResult>& results) {
  bool written = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto* claim = std::get_if<ClaimOne>(&entries[i]);
    if (claim == nullptr) continue;
    if (!std::exchange(written, true)) work.rows.write_changes();
    auto one = single_claims_.serve(work, held_, *claim);
    if (one.task) served_.insert(one.task->campaign.value);
    results[i] = std::move(one);
  }
  single_claims_.write_back(work);
}

EntryResult SqliteTaskStore::apply_one(Work& work, const Entry& entry) {
  if (const auto* intend = std::get_if<Intend>(&entry)) {
    const Held* held = held_.find(intend->crew, intend->task, intend->attempt);
    if (!held) return GateAnswer{.kind = GateAnswer::Kind::lease_lost, .why = "the task is no longer held"};
    return gates_.pass(work, held_, *held);
  }
  const auto held_by = [&](const auto& word) { return held_.take(word.crew, word.task, word.attempt); };
  if (const auto* record = std::get_if<Record>(&entry)) {
    const auto held = held_by(*record);
    return held && records_.record(work, held_, *held, record->outcome) ? Ack::done : Ack::stale;
  }
  if (const auto* release = std::get_if<Release>(&entry)) {
    const auto held = held_by(*release);
    return held && gates_.release(work, held_, *held, release->why) ? Ack::done : Ack::stale;
  }
  const auto* step = std::get_if<PlanStep>(&entry);
  CHECK(step != nullptr);
  records_.write_back();  // a plan step may look for the last attempts of emails that lost their task
  const auto held = held_by(*step);
  return held && plan_steps_.step(work, held_, *held) ? Ack::done : Ack::stale;
}

}  // namespace

std::unique_ptr<TaskStore> make_task_store(Writer& writer) {
  return std::make_unique<SqliteTaskStore>(writer);
}

}  // namespace postrider::sqlite

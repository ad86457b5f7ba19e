// Claims: due tasks from open lanes, a fair share each. Pause, window, pace, cap, queue rate and
// sessions are looked at per lane, so a slow or closed lane never holds up another and none of
// these rules ever rewrites a task.

#include <algorithm>

#include "base/check.h"
#include "queue/rate.h"
#include "store/sqlite/task_store.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kLanesAtOnce = 64;
constexpr int kMostLanesLookedAt = 1000;
constexpr std::ptrdiff_t kTogether = 4;  // tasks; fewer are not worth a look at what lies between them

void wake_at(Claimed& claimed, WallTime t) {
  if (!claimed.wake || *claimed.wake > t) claimed.wake = t;
}

}  // namespace

Claims::Claims(Database& db)
    // In the order of its index, sorted here: an ORDER BY of its own would cost SQLite a temporary
    // table each time, more than all else of a claim.
    : candidates_(db, "SELECT id, served FROM lane WHERE wake <= ? ORDER BY wake LIMIT ?"),
      running_of_mailbox_(db, "SELECT sum(running) FROM lane WHERE mailbox_id = ?"),
      running_of_queue_(db, "SELECT sum(running) FROM lane WHERE queue_id = ? AND mailbox_id > 0"),
      slots_(db, "SELECT count(*), min(taken) FROM mailbox_slot WHERE mailbox_id = ? AND taken > ?"),
      forget_slots_(db, "DELETE FROM mailbox_slot WHERE mailbox_id = ? AND taken <= ?"),
      shut_lane_(db, "UPDATE lane SET not_before = ?2 WHERE id = ?1"),
      due_emails_(db, std::string(kClaimedEmails) +
                          "WHERE t.lane_id = ? AND t.state = 0 AND t.due <= ? ORDER BY t.due, t.id LIMIT ?"),
      due_plans_(db,
                 "SELECT id, due, attempt FROM task WHERE lane_id = ? AND state = 0 AND due <= ? LIMIT ?"),
      take_(db, "UPDATE task SET state = 1, attempt = attempt + 1, crew_id = ?2, started = ?3 WHERE id = ?1"),
      // The same for tasks that lie together. They are named by their lane and by the last of them in the
      // order of due_emails_; the ids only say where to look (+: not by the index, which this changes).
      take_many_(
          db,
          "UPDATE task SET state = 1, attempt = attempt + 1, crew_id = ?2, started = ?3 "
          "WHERE id BETWEEN ?4 AND ?5 AND +lane_id = ?1 AND state = 0 AND (due < ?6 OR (due = ?6 AND id <= ?7))"),
      taken_(db, "UPDATE lane SET waiting = waiting - ?2, running = running + ?2, served = ?3 WHERE id = ?1"),
      tokens_(db, "UPDATE queue SET tokens = ?2, refilled = ?3 WHERE id = ?1"),
      next_wake_(db, "SELECT min(wake) FROM lane WHERE wake > ?"),
      plan_lanes_(db, "SELECT id FROM lane WHERE mailbox_id = 0 AND wake <= ? ORDER BY served LIMIT ?") {}

Claimed Claims::serve(Work& work, HeldTasks& tasks, CrewId crew, int limit) {
  Claimed claimed;
  std::vector<std::pair<std::int64_t, std::int64_t>> by_turn;  // when served last, id
  candidates_.query(to_micros(work.now), kMostLanesLookedAt);
  while (candidates_.step()) by_turn.emplace_back(candidates_.integer(1), candidates_.integer(0));
  candidates_.reset();
  const auto touched = work.rows.wakes_of_touched();
  std::erase_if(by_turn, [&](const auto& lane) { return touched.contains(lane.second); });
  for (const auto& [id, wake] : touched) {
    if (wake && *wake <= to_micros(work.now)) by_turn.emplace_back(work.rows.lane(LaneId{id}).served, id);
  }
  std::ranges::sort(by_turn);
  if (by_turn.size() > kLanesAtOnce) by_turn.resize(kLanesAtOnce);
  std::vector<LaneId> lanes;
  for (const auto& [served, id] : by_turn) lanes.push_back(LaneId{id});

  // Two rounds: everybody's fair share, then what is left to whoever can use it.
  std::erase_if(lanes, [&](LaneId id) { return places(work, work.rows.lane(id), claimed) <= 0; });
  const int share = lanes.empty() ? 0 : std::max(1, limit / static_cast<int>(lanes.size()));
  for (const int round_limit : {share, limit}) {
    for (const auto id : lanes) {
      const int room = limit - static_cast<int>(claimed.tasks.size());
      if (room <= 0) break;
      auto& lane = work.rows.lane(id);
      const int n = std::min({room, round_limit, places(work, lane, claimed)});
      if (n > 0) take(work, tasks, crew, lane, n, claimed);
    }
  }
  return claimed;
}

Claimed Claims::serve_plans(Work& work, HeldTasks& tasks, CrewId crew, int limit) {
  Claimed claimed;
  work.rows.write_back();  // a plan that was woken in this transaction is due, too
  std::vector<LaneId> lanes;
  plan_lanes_.query(to_micros(work.now), limit);
  while (plan_lanes_.step()) lanes.push_back(LaneId{plan_lanes_.integer(0)});
  plan_lanes_.reset();
  for (const auto id : lanes) take(work, tasks, crew, work.rows.lane(id), 1, claimed);
  return claimed;
}

void Claims::tell_wake(const Work& work, Claimed& claimed) {
  next_wake_.query(to_micros(work.now));
  if (next_wake_.step() && !next_wake_.is_null(0)) wake_at(claimed, from_micros(next_wake_.integer(0)));
  next_wake_.reset();
}

/// How many of the lane's tasks may start now, by all rules that are not about the task itself.
int Claims::places(Work& work, HotLane& lane, Claimed& claimed) {
  auto& queue = work.rows.queue(lane.queue);
  if (!lane.mailbox) return 1;  // the campaign's plan task

  const auto& campaign = work.rows.campaign(lane.campaign);
  const auto& mailbox = work.rows.mailbox(lane.mailbox);
  if (campaign.window && !is_open(*campaign.window, work.now)) {
    shut_lane_.run(lane.id.value, to_micros(next_open(*campaign.window, work.now)));
    work.rows.touch(lane.id);
    return 0;
  }

  const auto running = [&](Statement& sum, std::int64_t id) {
    sum.query(id).step();
    const auto n = static_cast<int>(sum.integer(0));
    sum.reset();
    return n;
  };
  const int on_mailbox = running(running_of_mailbox_, lane.mailbox.value);
  int free = concurrent_places(mailbox.sessions, mailbox.faults_in_a_row,
                               least_gap(campaign.pace.min, mailbox.per_minute)) -
             on_mailbox;

  if (mailbox.cap_24h > 0) {
    const auto day_ago = to_micros(work.now - std::chrono::days{1});
    forget_slots_.run(lane.mailbox.value, day_ago);
    slots_.query(lane.mailbox.value, day_ago).step();
    const auto taken = static_cast<int>(slots_.integer(0));
    const auto oldest = from_micros(slots_.integer(1));
    slots_.reset();
    if (taken >= mailbox.cap_24h) {
      shut_lane_.run(lane.id.value, to_micros(oldest + std::chrono::days{1}));
      work.rows.touch(lane.id);
      return 0;
    }
    free = std::min(free, mailbox.cap_24h - taken - on_mailbox);
  }

  const auto& limits = queue.settings;
  free = std::min(free, limits.max_concurrent_dispatches - running(running_of_queue_, lane.queue.value));
  if (const double rate = limits.max_dispatches_per_second; rate > 0) {
    TokenBucket bucket{queue.tokens, queue.refilled};
    const int tokens = bucket.available(rate, limits.max_burst(), work.now);
    if (tokens == 0) wake_at(claimed, bucket.next_token_at(rate, limits.max_burst(), work.now));
    free = std::min(free, tokens);
  }
  return free;
}

/// SCHEDULED → RUNNING, of one lane's first tasks.
void Claims::hold(std::span<const ClaimedTask> tasks, WallTime now, CrewId crew) {
  const auto [first, last] = std::ranges::minmax(tasks, {}, &ClaimedTask::id);
  const auto n = std::ssize(tasks);
  if (n >= kTogether && last.id.value - first.id.value < 4 * n) {
    const auto& end = tasks.back();
    const int held = take_many_.run(end.lane.value, crew.value, to_micros(now), first.id.value, last.id.value,
                                    to_micros(end.due), end.id.value);
    CHECK(held == n);
    return;
  }
  for (const auto& task : tasks) take_.run(task.id.value, crew.value, to_micros(now));
}

void Claims::take(Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane, int n, Claimed& claimed) {
  take_from((lane.mailbox ? due_emails_ : due_plans_).query(lane.id.value, to_micros(work.now), n), work,
            tasks, crew, lane, claimed);
}

/// What `due` gives, all of one lane.
void Claims::take_from(Statement& due, Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane,
                       Claimed& claimed) {
  const auto before = claimed.tasks.size();
  hold_from(due, work, tasks, crew, lane, claimed);
  const auto taken = static_cast<int>(claimed.tasks.size() - before);
  if (taken > 0) count_taken(work, lane, taken);
}

void Claims::hold_from(Statement& due, Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane,
                       Claimed& claimed) {
  const auto before = claimed.tasks.size();
  while (due.step()) {
    ClaimedTask task{.id = TaskId{due.integer(0)},
                     .kind = lane.mailbox ? TaskKind::email : TaskKind::plan,
                     .lane = lane.id,
                     .campaign = lane.campaign,
                     .mailbox = lane.mailbox,
                     .attempt = static_cast<int>(due.integer(2)) + 1,
                     .due = from_micros(due.integer(1))};
    if (lane.mailbox) {
      task.tries = static_cast<int>(due.integer(3));
      task.first_try = from_micros(due.integer(4));
      task.payload =
          encode_payload(RecipientId{due.integer(5)}, due.integer(6), due.text(7), due.text(8), due.text(9));
      tasks.remember({.id = task.id,
                      .attempt = task.attempt,
                      .crew = crew,
                      .lane = lane.id,
                      .due = task.due,
                      .started = work.now,
                      .campaign = lane.campaign,
                      .mailbox = lane.mailbox,
                      .recipient = due.integer(5),
                      .ordinal = due.integer(6),
                      .address_key = std::string{due.text(10)},
                      .tries = task.tries,
                      .first_try = task.first_try,
                      .resends = static_cast<int>(due.integer(11))});
    }
    claimed.tasks.push_back(std::move(task));
  }
  due.reset();
  const auto held = std::span(claimed.tasks).subspan(before);
  if (!held.empty()) hold(held, work.now, crew);
}

void Claims::count_taken(Work& work, HotLane& lane, int taken) {
  // Written at once, not gathered: the next lane of the same mailbox must see these places taken.
  taken_.run(lane.id.value, taken, to_micros(work.now));
  lane.waiting -= taken;
  lane.served = to_micros(work.now);
  if (lane.mailbox) work.rows.touch(lane.mailbox);
  work.rows.touch(lane.id);
  auto& queue = work.rows.queue(lane.queue);
  const double rate = queue.settings.max_dispatches_per_second;
  if (rate > 0 && lane.mailbox) {
    TokenBucket bucket{queue.tokens, queue.refilled};
    bucket.take(taken, rate, queue.settings.max_burst(), work.now);
    queue.tokens = bucket.tokens;
    queue.refilled = bucket.refilled;
    tokens_.run(queue.id.value, queue.tokens, to_micros(queue.refilled));
  }
}

}  // namespace postrider::sqlite

// Single claims: one email's task, because its alarm rang, and no other. The same rules as in claims.cc say
// whether its turn has come. If it has not, the same transaction wants the next alarm: for when the rules
// let it go, spread out over what waits before it, so that a lane that opens is not rung for by all of its
// emails at once.

#include <algorithm>
#include <utility>

#include "store/sqlite/alarm_states.h"
#include "store/sqlite/task_store.h"

namespace postrider::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr int kMostAhead = 1000;     // tasks that are counted
constexpr Micros kOneTakes = 200ms;  // of a place, where no pace says it
constexpr Micros kBusyFor = 2s;

}  // namespace

SingleClaims::SingleClaims(Database& db, Claims& claims)
    : claims_(claims),
      find_(db, "SELECT lane_id, state, due FROM task WHERE id = ? AND kind = 0"),
      email_(db, std::string(kClaimedEmails) + "WHERE t.id = ? AND t.state = 0"),
      not_before_(db, "SELECT not_before FROM lane WHERE id = ?"),
      ahead_(
          db,
          "SELECT count(*) FROM (SELECT 1 FROM task WHERE lane_id = ?1 AND state = 0 AND (due < ?2 OR (due = "
          "?2 AND id < ?3)) LIMIT ?4)"),
      rung_(db, "UPDATE alarm SET state = 2 WHERE task_id = ? AND number = ?"),
      again_(db, "UPDATE alarm SET state = 0, number = ?3, at = ?4 WHERE task_id = ?1 AND number = ?2"),
      asleep_(db, "UPDATE alarm SET state = 3 WHERE task_id = ? AND number = ?"),
      next_number_(db, kNextAlarmNumber) {}

OneClaimed SingleClaims::serve(Work& work, HeldTasks& tasks, const ClaimOne& claim) {
  auto answer = judge(work, tasks, claim);
  // An alarm that is not the task's last one (rung late, or twice) leaves that one as it is.
  if (claim.alarm == 0) return answer;
  if (answer.kind == OneClaimed::Kind::claimed) {
    rung_.run(claim.task.value, claim.alarm);
  } else if (answer.next) {
    next_number_.query().step();
    const auto number = next_number_.integer(0);
    next_number_.reset();
    again_.run(claim.task.value, claim.alarm, number, to_micros(*answer.next));
  } else if (answer.kind == OneClaimed::Kind::later) {
    asleep_.run(claim.task.value, claim.alarm);
  }
  return answer;
}

OneClaimed SingleClaims::judge(Work& work, HeldTasks& tasks, const ClaimOne& claim) {
  using Kind = OneClaimed::Kind;
  if (work.writer.quarantined) return {.kind = Kind::later};
  find_.query(claim.task.value);
  if (!find_.step()) {
    find_.reset();
    return {.kind = Kind::over};
  }
  const LaneId lane_id{find_.integer(0)};
  const bool held = find_.integer(1) != 0;
  const auto due = from_micros(find_.integer(2));
  find_.reset();
  if (held) return {.kind = Kind::held};
  auto& lane = work.rows.lane(lane_id);
  if (work.rows.campaign(lane.campaign).status != CampaignStatus::sending ||
      work.rows.queue(lane.queue).paused || work.rows.mailbox(lane.mailbox).status == 2)
    return {.kind = Kind::later};
  if (due > work.now) return {.kind = Kind::later, .next = due};
  const auto later = [&](WallTime opens) {
    return OneClaimed{.kind = Kind::later, .next = opens + turn(work, lane, claim, due)};
  };
  Claimed claimed;
  if (open_.lane != lane_id || open_.places == open_.taken) {
    write_back(work);
    if (const auto next = opens(work, lane)) return later(*next);
    open_ = {.lane = lane_id, .places = std::max(0, claims_.places(work, lane, claimed))};
  }
  if (open_.places == 0) {
    if (claimed.wake) return later(*claimed.wake);  // the queue's rate
    if (const auto next = opens(work, lane))
      return later(*next);  // its window or the day's cap has just shut it
    return {.kind = Kind::busy, .next = work.now + kBusyFor + turn(work, lane, claim, due)};
  }
  claims_.hold_from(email_.query(claim.task.value), work, tasks, claim.crew, lane, claimed);
  ++open_.taken;
  return {.kind = Kind::claimed, .task = std::move(claimed.tasks.front())};
}

/// The lanes of one mailbox or queue must see each other's places taken.
void SingleClaims::write_back(Work& work) {
  const auto open = std::exchange(open_, {});
  if (open.taken > 0) claims_.count_taken(work, work.rows.lane(open.lane), open.taken);
}

/// When the lane opens that is shut now; nothing: it is open.
std::optional<WallTime> SingleClaims::opens(Work& work, HotLane& lane) {
  not_before_.query(lane.id.value).step();
  auto opens = from_micros(not_before_.integer(0));
  not_before_.reset();
  const auto& mailbox = work.rows.mailbox(lane.mailbox);
  opens = std::max(opens, mailbox.next_slot);
  if (mailbox.status == 1) opens = std::max(opens, from_micros(mailbox.paused_until));
  return opens > work.now ? std::optional{opens} : std::nullopt;
}

/// How long what waits before it in its lane will take, about.
Micros SingleClaims::turn(Work& work, const HotLane& lane, const ClaimOne& claim, WallTime due) {
  ahead_.query(lane.id.value, to_micros(due), claim.task.value, kMostAhead).step();
  const auto ahead = ahead_.integer(0);
  ahead_.reset();
  const auto& pace = work.rows.campaign(lane.campaign).pace;
  const auto& mailbox = work.rows.mailbox(lane.mailbox);
  const auto gap = std::max((pace.min + pace.max) / 2, least_gap(pace.min, mailbox.per_minute));
  return ahead * std::max(gap, kOneTakes / std::max(1, mailbox.sessions));
}

}  // namespace postrider::sqlite

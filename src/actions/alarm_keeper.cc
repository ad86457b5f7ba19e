#include "actions/alarm_keeper.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"
#include "base/token.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr int kAtOnce = 500;          // alarms wanted that are read together
constexpr int kMostOfARequest = 100;  // alarms that a request waits for
constexpr Micros kRemoveTime = 5s;

/// The digits at the front of `text`, which they leave; nothing: there are none.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc() || end == text.data() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string name_of(const std::string& installation, std::int64_t task, std::int64_t number) {
  // The hash stands first: names that count up would all go to one place of the queue's.
  const auto plain = fmt::format("{}-{}", task, number);
  return token_hash(installation + "/" + plain).substr(0, 16) + "-" + plain;
}

}  // namespace

AlarmKeeper::AlarmKeeper(AlarmStore& store, Alarms& alarms, const Clock& clock, Log& log,
                         std::string installation, AlarmRules rules)
    : store_(store),
      alarms_(alarms),
      clock_(clock),
      log_(log),
      installation_(std::move(installation)),
      rules_(rules) {}

Alarm AlarmKeeper::alarm_of(const WantedAlarm& wanted) const {
  const auto name = name_of(installation_, wanted.task.value, wanted.number);
  if (!wanted.task) {
    return {.name = name,
            .at = wanted.at,
            .path = kTickAlarmPath,
            .body = fmt::format(R"({{"alarm":{}}})", wanted.number)};
  }
  return {.name = name,
          .at = wanted.at,
          .path = kEmailAlarmPath,
          .body = fmt::format(R"({{"email_send_id":{},"alarm":{}}})", wanted.task.value, wanted.number)};
}

std::optional<std::int64_t> AlarmKeeper::number_in(std::string_view name) const {
  const auto dash = name.find('-');
  if (dash == name.npos) return std::nullopt;
  auto rest = name.substr(dash + 1);
  const auto task = take_number(rest);
  if (!task || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  const auto number = take_number(rest);
  if (!number || !rest.empty() || name != name_of(installation_, *task, *number)) return std::nullopt;
  return number;
}

Result<void> AlarmKeeper::set_for(TaskId task) {
  const auto wanted = store_.wanted_for(task);
  // One that is far ahead is a tick's affair, which next_need asks for.
  if (!wanted || wanted->at > clock_.wall_now() + rules_.horizon) return {};
  const auto alarm = alarm_of(*wanted);
  auto set = alarms_.set({&alarm, 1}, rules_.request_time).front();
  if (set) store_.set({&*wanted, 1}, clock_.wall_now());
  return set;
}

/// Alarms that are wanted, the earliest first. How many were set; an error when one was not.
Result<int> AlarmKeeper::set_some(int limit, Micros time) {
  const auto wanted = store_.wanted(clock_.wall_now() + rules_.horizon, limit);
  if (wanted.empty()) return 0;
  std::vector<Alarm> alarms;
  for (const auto& one : wanted) alarms.push_back(alarm_of(one));
  const auto results = alarms_.set(alarms, time);
  std::vector<WantedAlarm> set;
  Result<int> answer = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (results[i]) {
      set.push_back(wanted[i]);
    } else if (answer) {
      answer = std::unexpected(results[i].error());
    }
  }
  store_.set(set, clock_.wall_now());
  if (answer) return static_cast<int>(set.size());
  log_.write(LogLevel::warning, "alarms_not_set",
             {{"set", std::to_string(set.size())},
              {"not_set", std::to_string(wanted.size() - set.size())},
              {"why", answer.error().message}});
  return answer;
}

/// A tick, like any alarm, is set no further ahead than the queue takes.
void AlarmKeeper::want_tick(WallTime at) {
  const auto now = clock_.wall_now();
  store_.want_tick(std::clamp(at, now, WallTime{now + rules_.horizon}));
}

/// The last email is over: the tick that would have looked whether the others' alarms are still there goes.
void AlarmKeeper::remove_idle_tick(const WantedAlarm& idle) {
  const std::string name = alarm_of(idle).name;
  if (alarms_.remove({&name, 1}, kRemoveTime).front()) store_.tick_came(idle.number);
}

int AlarmKeeper::remove_strays(Micros time) {
  const auto strays = store_.strays(kAtOnce);
  if (strays.empty()) return 0;
  std::vector<std::string> names;
  for (const auto& stray : strays) names.push_back(alarm_of(stray).name);
  const auto results = alarms_.remove(names, time);
  std::vector<WantedAlarm> gone;
  for (std::size_t i = 0; i < strays.size(); ++i) {
    if (results[i]) gone.push_back(strays[i]);
  }
  store_.forget(gone);
  return static_cast<int>(gone.size());
}

Result<void> AlarmKeeper::after_request() {
  const std::unique_lock lock(mutex_, rules_.request_time);
  if (!lock) return unavailable("alarms_unavailable", "Others wait for the queue's answers already.");
  // Requests whose outcomes came to the disk together have their alarms set together.
  const auto commits = store_.commits();
  if (commits == seen_ && !is_time_to_look()) return {};
  auto set = set_wanted();
  if (set) seen_ = commits;
  return set;
}

Result<void> AlarmKeeper::set_wanted() {
  const auto now = clock_.wall_now();
  auto needs = store_.needs(now, rules_.horizon);
  if (needs.tick) want_tick(*needs.tick);
  if (needs.idle) remove_idle_tick(*needs.idle);
  // Who purges the queue takes the tick away as well: any request may be the first to notice.
  if (is_time_to_look() && store_.any_overdue(now + rules_.horizon)) {
    looked_ = clock_.boot_now().time_since_epoch().count();
    store_.forget_tick();  // it may have gone with the others
    want_tick(now);
    needs.tick = now;
  }
  if (!needs.any_wanted && !needs.tick) return {};
  const auto some = set_some(kMostOfARequest, rules_.request_time);
  if (!some) return std::unexpected(some.error());
  if (*some < kMostOfARequest) return {};
  want_tick(now);
  return set_for(TaskId{});
}

/// All alarms that are wanted, also those of what is being planned meanwhile; then those nobody needs go.
/// Where one could not be set the queue is asked no further: it is wanted still, for the next tick.
void AlarmKeeper::set_until(const TickWork& work, BootTime until, Ticked& ticked) {
  for (bool more = true; more && clock_.boot_now() < until;) {
    {
      // Of one piece only: requests that wait for their own alarms have their turn between two.
      const std::unique_lock lock(mutex_, rules_.tick_time);
      if (!lock) return;
      const int woken = store_.wake_sleepers(kAtOnce);
      const auto some = set_some(kAtOnce, until - clock_.boot_now());
      if (!some) return;
      const int removed = remove_strays(until - clock_.boot_now());
      ticked.set += *some;
      ticked.removed += removed;
      more = woken > 0 || removed > 0 || *some > 0;
    }
    if (!more && work.planning()) {
      more = true;
      work.wait();
    }
  }
}

Result<Ticked> AlarmKeeper::tick(ActionContext& context, const TickWork& work, std::int64_t alarm) {
  const std::unique_lock alone(ticking_, rules_.tick_time);
  if (!alone) return unavailable("alarms_unavailable", "Another tick is under way.");
  const auto until = clock_.boot_now() + rules_.tick_time;
  store_.tick_came(alarm);
  Ticked ticked;
  look_for_purge(context, ticked);
  look_through(ticked, until);
  // What emails wait for comes before what merely tells of them.
  set_until(work, until, ticked);
  for (const auto& round : work.rounds) round();
  const std::unique_lock lock(mutex_, rules_.tick_time);
  if (!lock) return unavailable("alarms_unavailable", "Others wait for the queue's answers already.");
  const auto next = plan_next_tick(work);
  if (!next) return std::unexpected(next.error());
  return ticked;
}

/// The alarm of the next tick. What could not be set now is tried again soon.
Result<void> AlarmKeeper::plan_next_tick(const TickWork& work) {
  const auto now = clock_.wall_now();
  auto next = store_.next_need(now, rules_.horizon);
  const auto sooner = [&](std::optional<WallTime> at) {
    if (at && (!next || *at < *next)) next = at;
  };
  sooner(work.next_round());
  if (look_) sooner(now + 1s);
  // While emails wait for their alarms, somebody looks now and then whether those are still there.
  if (store_.any_overdue(now + rules_.horizon)) sooner(now + rules_.heartbeat);
  if (next) want_tick(*next);
  return set_for(TaskId{});
}

bool AlarmKeeper::is_time_to_look() const {
  const auto now = clock_.boot_now().time_since_epoch().count();
  return looked_ < 0 || now - looked_ >= rules_.between_looks.count();
}

void AlarmKeeper::look_for_purge(ActionContext& context, Ticked& ticked) {
  looked_ = clock_.boot_now().time_since_epoch().count();
  const auto state = alarms_.state();
  if (!state) {
    log_.write(LogLevel::warning, "alarm_queue_not_seen", {{"why", state.error().message}});
    return;
  }
  if (!state->purged_at || !store_.purged(*state->purged_at)) return;
  const auto when =
      fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::minutes>(*state->purged_at));
  for (const auto& queue : context.store.queues()) {
    const auto purged = context.store.purge_queue(queue.id, when);
    if (purged && *purged > 0) ++ticked.purged;
  }
  log_.write(LogLevel::warning, "alarm_queue_purged", {{"at", when}});
}

/// Page by page, over as many ticks as it takes: what the queue holds and nobody needs goes, what somebody
/// needs and it does not hold is wanted anew. A paused queue, or a slow one, holds what is overdue: nothing
/// is done.
void AlarmKeeper::look_through(Ticked& ticked, BootTime until) {
  const auto now = clock_.wall_now();
  if (!look_) {
    const bool daily = looked_through_ && clock_.boot_now() - *looked_through_ < rules_.look_through_every;
    if (daily && !store_.any_overdue(now - rules_.overdue_after)) return;
    if (!looked_through_ && !store_.any_overdue(now + rules_.horizon)) return;
    look_ = Look{.number = to_micros(now), .began = now, .after = {}};
  }
  while (clock_.boot_now() < until - rules_.tick_time / 2) {
    const auto page = alarms_.list(look_->after);
    if (!page) {
      log_.write(LogLevel::warning, "alarm_queue_not_seen", {{"why", page.error().message}});
      look_.reset();
      looked_through_ = clock_.boot_now();
      return;
    }
    std::vector<std::int64_t> numbers;
    std::map<std::int64_t, std::string> names;
    for (const auto& name : page->names) {
      const auto number = number_in(name);
      if (!number) continue;
      numbers.push_back(*number);
      names.emplace(*number, name);
    }
    std::vector<std::string> stray;
    for (const auto number : store_.not_current(numbers, look_->number)) stray.push_back(names[number]);
    for (const auto& removed : alarms_.remove(stray, kRemoveTime)) ticked.removed += removed ? 1 : 0;
    look_->after = page->next;
    if (look_->after.empty()) break;
  }
  if (!look_->after.empty()) return;  // goes on with the next tick
  ticked.renewed = store_.renew_unseen(look_->number, look_->began);
  look_.reset();
  looked_through_ = clock_.boot_now();
}

}  // namespace postrider

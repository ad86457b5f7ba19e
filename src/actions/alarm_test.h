#pragma once
// A queue elsewhere that wakes us, in simulation: it rings at its alarms' times on the test's clock, repeats
// what is not answered by 2xx as the deployment guide has it set up (3 attempts and an hour, first after 0.1
// s), and its answers can be lost. Between two rings nothing of ours runs. Tests only.

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>

#include "actions/action_test.h"
#include "actions/alarm_keeper.h"
#include "actions/start_campaign.h"

namespace postrider {

class SimulatedQueue : public Alarms {
 public:
  struct Ringing {
    Alarm alarm;
    WallTime next{}, set_at{};
    std::optional<WallTime> first;
    int attempts = 0;
  };

  explicit SimulatedQueue(const Clock& clock) : clock_(clock) {}

  std::vector<Result<void>> set(std::span<const Alarm> alarms, Micros) override {
    if (breaks) throw std::runtime_error("broken on purpose");
    std::vector<Result<void>> results;
    for (const auto& alarm : alarms) {
      if (down) {
        results.push_back(unavailable("alarms_unavailable", "down"));
        continue;
      }
      EXPECT_LE(alarm.at, clock_.wall_now() + std::chrono::days{30}) << alarm.name;
      // A name that is taken: set before.
      if (names.insert(alarm.name).second) {
        waiting.emplace(alarm.name, Ringing{.alarm = alarm,
                                            .next = std::max(alarm.at, clock_.wall_now()),
                                            .set_at = clock_.wall_now()});
        ++sets[alarm.path];
      }
      if (lose_answers > 0 && lose_answers-- > 0) {
        results.push_back(unavailable("alarms_unavailable", "the answer was lost"));
      } else {
        results.emplace_back();
      }
    }
    return results;
  }
  std::vector<Result<void>> remove(std::span<const std::string> gone, Micros) override {
    for (const auto& name : gone) waiting.erase(name);
    return std::vector<Result<void>>(gone.size());
  }
  Result<AlarmQueueState> state() override {
    ++looks;
    return AlarmQueueState{.paused = false, .purged_at = purged_at};
  }
  /// Two names a page.
  Result<AlarmPage> list(const std::string& after) override {
    AlarmPage page;
    for (auto it = waiting.upper_bound(after); it != waiting.end() && page.names.size() < 2; ++it)
      page.names.push_back(it->first);
    if (!page.names.empty() && waiting.upper_bound(page.names.back()) != waiting.end())
      page.next = page.names.back();
    return page;
  }
  Result<std::vector<LackingPermission>> lacking(const std::vector<std::string>&) override {
    return std::vector<LackingPermission>{};
  }
  /// Google keeps a task for 31 days.
  void forget_old() {
    std::erase_if(waiting, [&](const auto& one) {
      return one.second.set_at + std::chrono::days{31} < clock_.wall_now();
    });
  }
  void purge() {
    waiting.clear();
    purged_at = clock_.wall_now();
  }

  std::map<std::string, Ringing> waiting;
  std::set<std::string> names;  ///< ever given
  std::map<std::string, int> sets;
  std::optional<WallTime> purged_at;
  bool down = false, breaks = false;
  int lose_answers = 0, looks = 0;

 private:
  const Clock& clock_;
};

class AlarmTest : public ActionTest {
 protected:
  AlarmTest() {
    add_office();
    wake_up();
  }

  /// A new process of the same installation. What an earlier one held is taken over.
  void wake_up() {
    if (!crew_) store_->alarms().begin();
    crew_ = store_->tasks().join();
    keeper_ = std::make_unique<AlarmKeeper>(store_->alarms(), queue_, clock_, log_, "test");
  }

  template <class Answer, class Word>
  Answer apply(Word word) {
    const Entry entry = std::move(word);
    return std::get<Answer>(store_->tasks().apply({&entry, 1}).front());
  }

  /// Does the plan tasks that are due; true when there was one.
  bool plan() {
    bool any = false;
    for (int i = 0; i < 100; ++i) {
      const auto claimed = apply<Claimed>(Claim{.crew = crew_, .limit = 10, .plans_only = true});
      if (claimed.tasks.empty()) return any;
      for (const auto& task : claimed.tasks) {
        EXPECT_EQ(task.kind, TaskKind::plan);
        apply<Ack>(PlanStep{.crew = crew_, .task = task.id, .attempt = task.attempt});
        any = true;
      }
    }
    return any;
  }

  /// What answers POST /api/tasks/send-email does; its status.
  int ring(TaskId id, std::int64_t alarm) {
    const auto one = apply<OneClaimed>(ClaimOne{.crew = crew_, .task = id, .alarm = alarm});
    if (one.task) attempt(*one.task);
    int status = 200;
    if (one.kind == OneClaimed::Kind::held) status = 429;
    if (status == 200 && !keeper_->set_for(id)) status = 503;
    return keeper_->after_request() ? status : 503;
  }
  void attempt(const ClaimedTask& task) {
    const auto gate = apply<GateAnswer>(Intend{.crew = crew_, .task = task.id, .attempt = task.attempt});
    if (gate.kind != GateAnswer::Kind::open) {
      apply<Ack>(Release{.crew = crew_, .task = task.id, .attempt = task.attempt, .why = gate});
      return;
    }
    const auto address = decode_payload(task.payload).address;
    ++dots_[address];
    apply<Ack>(Record{.crew = crew_, .task = task.id, .attempt = task.attempt, .outcome = say_(address)});
  }
  int tick(std::int64_t alarm = 0) {
    const TickWork work{.planning = [this] { return plan(); },
                        .wait = [] {},
                        .rounds = {},
                        .next_round = [] { return std::optional<WallTime>(); }};
    const auto ticked = keeper_->tick(context_, work, alarm);
    if (ticked) {
      renewed_ += ticked->renewed;
      removed_ += ticked->removed;
    }
    return ticked ? 200 : 503;
  }

  /// Rings the earliest alarm, at its time. False: there is none before `until`.
  bool ring_next(WallTime until) {
    auto first = queue_.waiting.end();
    for (auto it = queue_.waiting.begin(); it != queue_.waiting.end(); ++it) {
      if (first == queue_.waiting.end() || it->second.next < first->second.next) first = it;
    }
    if (first == queue_.waiting.end() || first->second.next > until) return false;
    const auto name = first->first;
    auto ringing = first->second;
    if (ringing.next > clock_.wall_now()) clock_.advance(ringing.next - clock_.wall_now());
    ++ringing.attempts;
    if (!ringing.first) ringing.first = clock_.wall_now();
    ++rings_;
    const int status = answer(ringing.alarm);
    if (!queue_.waiting.contains(name)) return true;  // purged meanwhile
    if (status < 300) {
      queue_.waiting.erase(name);
      return true;
    }
    ++refusals_[ringing.alarm.path == kTickAlarmPath ? 0 : task_in(ringing.alarm)];
    const bool over = ringing.attempts >= 3 && clock_.wall_now() - *ringing.first >= std::chrono::hours{1};
    if (over) {
      queue_.waiting.erase(name);
      return true;
    }
    const auto backoff = std::min(3600.0, 0.1 * std::pow(2, ringing.attempts - 1));
    ringing.next = clock_.wall_now() + Micros{static_cast<std::int64_t>(backoff * 1e6)};
    queue_.waiting[name] = ringing;
    return true;
  }
  void ring_all(Micros for_at_most) {
    const auto until = clock_.wall_now() + for_at_most;
    for (int i = 0; i < 20'000; ++i) {
      if (ring_next(until)) continue;
      if (until > clock_.wall_now()) clock_.advance(until - clock_.wall_now());
      return;
    }
    FAIL() << "it never ends";
  }

  std::ptrdiff_t tick_alarms() {
    return std::ranges::count_if(queue_.waiting,
                                 [](const auto& one) { return one.second.alarm.path == kTickAlarmPath; });
  }
  /// Of emails, the earliest first.
  std::vector<Alarm> email_alarms() {
    std::vector<Alarm> alarms;
    for (const auto& [name, ringing] : queue_.waiting) {
      if (ringing.alarm.path == kEmailAlarmPath) alarms.push_back(ringing.alarm);
    }
    std::ranges::sort(alarms, {}, &Alarm::at);
    return alarms;
  }
  int answer(const Alarm& alarm) {
    const auto number = keeper_->number_in(alarm.name);
    EXPECT_TRUE(number);
    return alarm.path == kTickAlarmPath ? tick(*number) : ring(TaskId{task_in(alarm)}, *number);
  }
  static std::int64_t task_in(const Alarm& alarm) {
    return std::stoll(alarm.body.substr(alarm.body.find(':') + 1));
  }

  static CampaignChange every(Micros gap) {
    auto change = letter();
    change.pace = Pace{gap, gap};
    return change;
  }
  /// A started campaign of so many people; the request's answer was given.
  CampaignId start(int people, CampaignChange change = letter(), std::optional<WallTime> at = {}) {
    std::string csv = "email,Company\n";
    for (int i = 1; i <= people; ++i) csv += "p" + std::to_string(i) + "@example.com,Acme\n";
    const auto created = create(csv, change);
    EXPECT_TRUE(created) << created.error().message;
    const auto started = start_campaign(context_, created->id, {.at = at});
    EXPECT_TRUE(started && started->started());
    EXPECT_TRUE(keeper_->after_request());
    return created->id;
  }
  Counts counts(CampaignId id) { return store().campaign(id)->counts; }

  std::unique_ptr<Log> quiet_ = make_silent_log();
  Log& log_ = *quiet_;
  SimulatedQueue queue_{clock_};
  std::unique_ptr<AlarmKeeper> keeper_;
  std::function<AttemptOutcome(const std::string&)> say_ = accepted;
  std::map<std::string, int> dots_;
  std::map<std::int64_t, int> refusals_;  ///< answers but 2xx, by email; 0: ticks
  int rings_ = 0, renewed_ = 0, removed_ = 0;
};

}  // namespace postrider

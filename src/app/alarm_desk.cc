#include "app/alarm_desk.h"

#include <future>
#include <thread>

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr auto kMoment = 20ms;
constexpr auto kRound = 3s;         // that a tick waits for one
constexpr auto kLookAhead = 10min;  // for a round that is needed
constexpr auto kNextRound = 15s;
constexpr auto kLongestWait = 30s;

TaskRun run_of(Rung::Kind kind) {
  switch (kind) {
    case Rung::Kind::ended:
      return TaskRun::ended;
    case Rung::Kind::later:
    case Rung::Kind::over:
      return TaskRun::not_now;
    case Rung::Kind::held:
      return TaskRun::under_way;
    case Rung::Kind::unavailable:
      break;
  }
  return TaskRun::unavailable;
}

}  // namespace

AlarmDesk::AlarmDesk(const CloudTasksSettings& settings, Alarms& alarms, std::string installation,
                     AlarmDeskParts parts)
    : trusts_everybody_(settings.trust_platform),
      parts_(std::move(parts)),
      verifier_(settings.trust_platform ? nullptr
                                        : make_id_token_verifier({.issuer = settings.oidc_issuer,
                                                                  .audience = settings.oidc_audience,
                                                                  .email = settings.oidc_email},
                                                                 parts_.web, parts_.clock)),
      keeper_(parts_.store.alarms(), alarms, parts_.clock, parts_.log, std::move(installation)) {}

Result<void> AlarmDesk::recognise(std::string_view id_token) {
  return verifier_->verify(id_token);
}

void AlarmDesk::ring(EmailId id, std::int64_t alarm, std::function<void(const TaskRang&)> done) {
  parts_.loop.post([this, id, alarm, done = std::move(done)]() mutable {
    parts_.crew.ring_for(id, alarm, [this, done = std::move(done)](Rung rung) mutable {
      TaskRang rang{.run = run_of(rung.kind), .sent = std::move(rung.sent), .alarms = {}};
      if (!rang.sent) return done(rang);
      sweeps_.ask([done = std::move(done), rang = std::move(rang)](const Result<void>& swept) mutable {
        rang.alarms = swept;
        done(rang);
      });
    });
  });
}

TaskRun AlarmDesk::ring_and_wait(EmailId id) {
  const auto came = std::make_shared<std::promise<TaskRun>>();
  auto waited = came->get_future();
  ring(id, 0, [came](const TaskRang& rang) { came->set_value(rang.run); });
  return waited.wait_for(kLongestWait) == std::future_status::ready ? waited.get() : TaskRun::under_way;
}

/// Soon, while a sheet lags or the owner is to be told something.
std::optional<WallTime> AlarmDesk::next_round() {
  const auto now = parts_.clock.wall_now();
  auto& alerts = parts_.store.alerts();
  const bool wanted = !parts_.store.sheets().due(now + kLookAhead, 1).empty() ||
                      !alerts.due(AlertWay::mail, now + kLookAhead, 1).empty() ||
                      !alerts.due(AlertWay::post, now + kLookAhead, 1).empty();
  return wanted ? std::optional{now + kNextRound} : std::nullopt;
}

Result<Ticked> AlarmDesk::tick(std::int64_t alarm) {
  auto actions = parts_.actions();
  return keeper_.tick(
      actions,
      {.planning = [this] { return parts_.store.alarms().planning(parts_.clock.wall_now()); },
       .wait = [] { std::this_thread::sleep_for(kMoment); },
       .rounds = {[this] { parts_.sheets.round_now(kRound); }, [this] { parts_.alerts.round_now(kRound); }},
       .next_round = [this] { return next_round(); }},
      alarm);
}

}  // namespace postrider

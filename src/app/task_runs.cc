#include "app/task_runs.h"

#include <chrono>
#include <optional>

namespace postrider {
namespace {

constexpr std::chrono::seconds kLongestWait{30};
constexpr int kMostWaiting = 3;  // half of the API's threads

}  // namespace

TaskRun TaskRuns::run(EmailId id) {
  if (ledger_.stuck()) return TaskRun::unavailable;
  const auto heard = std::make_shared<std::optional<bool>>();
  const auto state = state_;
  std::unique_lock lock(state->mutex);
  if (state->ending) return TaskRun::unavailable;
  loop_.post([&crew = crew_, id, heard, state] {
    crew.run(id, [heard, state](bool ended) {
      const std::lock_guard held(state->mutex);
      *heard = ended;
      state->changed.notify_all();
    });
  });
  if (state->waiting >= kMostWaiting) return TaskRun::under_way;
  ++state->waiting;
  state->changed.wait_for(lock, kLongestWait, [&] { return heard->has_value() || state->ending; });
  --state->waiting;
  if (heard->has_value()) return **heard ? TaskRun::ended : TaskRun::not_now;
  return state->ending || ledger_.stuck() ? TaskRun::unavailable : TaskRun::under_way;
}

void TaskRuns::end() {
  const std::lock_guard lock(state_->mutex);
  state_->ending = true;
  state_->changed.notify_all();
}

}  // namespace postrider

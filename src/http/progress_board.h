#pragma once
// ProgressBoard: what campaigns look like now, read from the store at most a few times a second however
// many listen. Thread safe.

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/context.h"

namespace postrider {

struct Progress {
  CampaignId campaign;
  std::uint32_t version = 0;  ///< a hash of `json`
  bool ended = false;
  std::string json;  ///< one line
};

/// What a listener has seen: campaign and version.
using ProgressPosition = std::map<std::int64_t, std::uint32_t>;

/// "7.1a2b3c4d-9.00ff00ff"; what is no position is an empty one.
std::string write_position(const ProgressPosition& position);
ProgressPosition read_position(std::string_view text);

class ProgressBoard {
 public:
  /// One campaign, or all that go on and those of `seen` that have ended since.
  std::vector<Progress> look(ActionContext& context, std::optional<CampaignId> only,
                             const ProgressPosition& seen);

 private:
  static constexpr auto kFresh = std::chrono::milliseconds{250};
  static constexpr int kMostCampaigns = 100;  // of each status
  std::vector<Progress> going_on(ActionContext& context);

  std::mutex mutex_;
  std::chrono::steady_clock::time_point read_{};
  std::vector<Progress> now_;
};

}  // namespace postrider

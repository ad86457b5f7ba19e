// Live progress by server-sent events (the HTML standard, §9.2): what campaigns do, as it happens.

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/progress_board.h"
#include "http/recognise.h"
#include "http/world.h"

namespace postrider {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds{500};
constexpr int kBeatEvery = 30;   // looks: a comment, so that neither side takes silence for an end
constexpr int kJudgeEvery = 10;  // looks: whether the caller may still listen

/// One listener. Its position is what it has seen of each campaign; that travels in the event's id, so a
/// listener who comes back, to any instance, hears exactly what changed meanwhile.
class Listener {
 public:
  Listener(ApiWorld& world, std::shared_ptr<ProgressBoard> board, HttpHead head,
           std::optional<CampaignId> only)
      : world_(world),
        board_(std::move(board)),
        head_(std::move(head)),
        only_(only),
        seen_(read_position(head_.header("Last-Event-ID"))) {}

  bool operator()(std::string& piece) {
    ++looks_;
    if (looks_ % kJudgeEvery == 0 && !may_listen()) return false;
    if (looks_ == 1) piece += "retry: 2000\n\n";
    auto context = world_.actions("events");
    for (const auto& progress : board_->look(context, only_, seen_)) {
      const auto before = seen_.find(progress.campaign.value);
      if (before != seen_.end() && before->second == progress.version) continue;
      if (progress.ended) {
        seen_.erase(progress.campaign.value);
      } else {
        seen_[progress.campaign.value] = progress.version;
      }
      piece += fmt::format("id: {}\nevent: campaign\ndata: {}\n\n", write_position(seen_), progress.json);
    }
    if (piece.empty() && looks_ % kBeatEvery == 0) piece = ": still here\n\n";
    return true;
  }

 private:
  bool may_listen() const {
    auto context = world_.actions("events");
    const auto caller = recognise(context, head_);
    return caller && may_call(*caller, Access::viewer);
  }

  ApiWorld& world_;
  std::shared_ptr<ProgressBoard> board_;
  HttpHead head_;
  std::optional<CampaignId> only_;
  ProgressPosition seen_;
  int looks_ = 0;
};

HttpAnswer listen(Call& call, const std::shared_ptr<ProgressBoard>& board, std::optional<CampaignId> only) {
  if (only) {
    const auto campaign = call.actions.store.campaign(*only);
    if (!campaign) return problem(campaign.error());
  }
  HttpAnswer answer{.content_type = "text/event-stream"};
  answer.set("X-Accel-Buffering", "no");  // proxies must not wait for more
  auto listener = std::make_shared<Listener>(call.world, board, call.head, only);
  (*listener)(answer.body);
  answer.more = [listener](std::string& piece) { return (*listener)(piece); };
  answer.every = kLookEvery;
  return answer;
}

}  // namespace

Operations event_operations() {
  const auto board = std::make_shared<ProgressBoard>();
  Operations all;
  all.push_back(
      {.method = "GET",
       .path = "/api/events",
       .id = "listenToAll",
       .tag = "events",
       .access = Access::viewer,
       .summary =
           "Progress of all campaigns that are scheduled, sending or paused, as server-sent events; goes on after Last-Event-ID",
       .cli = "postrider campaign watch {id}",
       .answers = {{200, "events", {}, "text/event-stream"}},
       .handle = [board](Call& call) { return listen(call, board, std::nullopt); }});
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}/events",
                 .id = "listenToCampaign",
                 .tag = "events",
                 .access = Access::viewer,
                 .summary = "Progress of one campaign, as server-sent events; goes on after Last-Event-ID",
                 .cli = "postrider campaign watch {id}",
                 .answers = {{200, "events", {}, "text/event-stream"}},
                 .handle = [board](Call& call) { return listen(call, board, CampaignId{call.id()}); }});
  return all;
}

}  // namespace postrider

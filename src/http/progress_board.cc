#include "http/progress_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/text.h"
#include "http/nouns/campaign_json.h"
#include "http/nouns/json_values.h"

namespace postrider {
namespace {

constexpr std::size_t kMostSeen = 300;

/// FNV-1a: the same everywhere and for ever, which std::hash is not.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

Progress progress_of(ActionContext& context, const Campaign& campaign) {
  auto out = campaign_summary_json(campaign);
  out["is_completed"] = is_final(campaign.status);
  out["waiting"] = nullptr;
  if (!is_final(campaign.status) && campaign.status != CampaignStatus::draft) {
    const auto waiting = context.store.waiting(campaign.id, context.clock.wall_now());
    out["waiting"] = {{"what", waiting.what}, {"until", time_value(waiting.until)}};
  }
  Progress progress{
      .campaign = campaign.id, .ended = is_final(campaign.status), .json = boost::json::serialize(out)};
  progress.version = hash_of(progress.json);
  return progress;
}

}  // namespace

std::string write_position(const ProgressPosition& position) {
  std::string text;
  for (const auto& [campaign, version] : position)
    text += fmt::format("{}{}.{:08x}", text.empty() ? "" : "-", campaign, version);
  return text.empty() ? "-" : text;
}

ProgressPosition read_position(std::string_view text) {
  ProgressPosition position;
  for (const auto piece : split(text, '-')) {
    const auto dot = piece.find('.');
    std::int64_t campaign = 0;
    std::uint32_t version = 0;
    if (dot == piece.npos || position.size() >= kMostSeen) continue;
    const auto first = std::from_chars(piece.data(), piece.data() + dot, campaign);
    const auto second = std::from_chars(piece.data() + dot + 1, piece.data() + piece.size(), version, 16);
    if (first.ec == std::errc{} && second.ec == std::errc{} && campaign > 0) position[campaign] = version;
  }
  return position;
}

std::vector<Progress> ProgressBoard::going_on(ActionContext& context) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - read_ < kFresh) return now_;
  now_.clear();
  for (const auto status : {CampaignStatus::scheduled, CampaignStatus::sending, CampaignStatus::paused}) {
    for (const auto& campaign : context.store.campaigns(status, {}, kMostCampaigns)) {
      now_.push_back(progress_of(context, campaign));
    }
  }
  read_ = now;
  return now_;
}

std::vector<Progress> ProgressBoard::look(ActionContext& context, std::optional<CampaignId> only,
                                          const ProgressPosition& seen) {
  auto all = going_on(context);
  const auto find = [&all](CampaignId id) { return std::ranges::find(all, id, &Progress::campaign); };
  const auto add_other = [&](CampaignId id) {
    if (find(id) != all.end()) return;
    if (const auto campaign = context.store.campaign(id)) all.push_back(progress_of(context, *campaign));
  };
  if (only) {
    add_other(*only);
    std::erase_if(all, [&](const Progress& progress) { return progress.campaign != *only; });
    return all;
  }
  for (const auto& [id, version] : seen) add_other(CampaignId{id});
  return all;
}

}  // namespace postrider

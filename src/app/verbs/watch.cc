#include "app/verbs/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "app/verbs/output.h"
#include "base/text.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

constexpr Micros kRedraw = std::chrono::milliseconds{250};
constexpr Micros kLook = std::chrono::seconds{1};  // where every change is a line of its own
constexpr Micros kRateSpan = std::chrono::seconds{10};
/// After Stop, emails past their gate still end in their true state: that long they are waited for.
constexpr Micros kGrace = std::chrono::seconds{30};

std::int64_t finished(const Counts& counts) {
  return counts.total() - counts.pending;
}

/// Emails that ended per second, over the last moments.
class Rate {
 public:
  double add(BootTime now, std::int64_t done) {
    seen_.push_back({now, done});
    while (seen_.size() > 2 && now - seen_.front().when > kRateSpan) seen_.pop_front();
    const auto span = std::chrono::duration<double>(now - seen_.front().when).count();
    const auto gone = done - seen_.front().done;
    return span <= 0 || gone <= 0 ? 0 : static_cast<double>(gone) / span;
  }

 private:
  struct Seen {
    BootTime when;
    std::int64_t done;
  };
  std::deque<Seen> seen_;
};

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  std::string text;
  for (std::size_t i = 0; i < width; ++i) text += i < full ? "█" : "░";
  return text;
}

std::string show_waiting(const WatchMoment& moment) {
  if (moment.waiting.what.empty() || has_ended(moment.campaign.status)) return {};
  if (!moment.waiting.until) return moment.waiting.what;
  return fmt::format("{} until {} ({})", moment.waiting.what, show_time(moment.waiting.until),
                     show_span(*moment.waiting.until - moment.now));
}

boost::json::object watch_json(const WatchMoment& moment) {
  return {
      {"id", moment.campaign.id.value},
      {"status", to_string(moment.campaign.status)},
      {"why", moment.campaign.why},
      {"test_to", test_json(moment.campaign.test)},
      {"counts", to_json(moment.campaign.counts)},
      {"per_second", moment.per_second},
      {"waiting", has_ended(moment.campaign.status) ? boost::json::value(nullptr) : to_json(moment.waiting)}};
}

}  // namespace

bool has_ended(CampaignStatus status) {
  switch (status) {
    case CampaignStatus::completed:
    case CampaignStatus::failed:
    case CampaignStatus::cancelled:
      return true;
    case CampaignStatus::draft:
    case CampaignStatus::scheduled:
    case CampaignStatus::sending:
    case CampaignStatus::paused:
      return false;
  }
  return false;
}

std::string draw_watch(const WatchMoment& moment, int columns) {
  const auto& counts = moment.campaign.counts;
  const auto total = std::max<std::int64_t>(1, counts.total());
  const auto share = static_cast<double>(finished(counts)) / static_cast<double>(total);
  std::string text =
      fmt::format("{} {:3.0f}% {}/{} {}", bar(share, columns < 100 ? 12 : 24), std::floor(share * 100),
                  finished(counts), counts.total(), to_string(moment.campaign.status));
  if (moment.campaign.test) text += " (test to " + to_string(*moment.campaign.test) + ")";
  if (moment.per_second > 0) text += fmt::format(" {:.1f}/s", moment.per_second);
  const auto add = [&](std::string_view name, std::int64_t n) {
    if (n > 0) text += fmt::format(" · {} {}", n, name);
  };
  add("sent", counts.sent);
  add("failed", counts.failed);
  add("bounced", counts.bounced);
  add("skipped", counts.skipped);
  add("uncertain", counts.uncertain);
  add("pending", counts.pending);
  if (const auto waiting = show_waiting(moment); !waiting.empty()) text += " · " + waiting;
  text = one_line(text, 2000);
  return columns > 0 ? fit(text, static_cast<std::size_t>(columns)) : text;
}

Result<Watched> watch_campaign(CampaignStore& store, const Clock& clock, CampaignId id,
                               const WatchScreen& screen) {
  const bool redraw = screen.terminal && !screen.json;
  Rate rate;
  std::string last;
  std::optional<BootTime> over;
  for (;;) {
    const auto campaign = store.campaign(id);
    if (!campaign) return std::unexpected(campaign.error());
    if (campaign->status == CampaignStatus::draft) {
      return conflict("campaign_not_started",
                      fmt::format("Campaign {} is a draft: there is nothing to watch until it is "
                                  "sent.",
                                  id.value));
    }
    const bool ended = has_ended(campaign->status);
    const auto boot = clock.boot_now();
    const auto waiting = ended ? Waiting{} : store.waiting(id, clock.wall_now());
    const WatchMoment moment{.campaign = *campaign,
                             .waiting = waiting,
                             .per_second = rate.add(boot, finished(campaign->counts)),
                             .now = clock.wall_now()};
    if (ended && !over) over = boot;
    const bool done = ended && (campaign->counts.pending == 0 || boot - *over > kGrace);
    if (redraw) {
      screen.out << "\r\x1b[K" << draw_watch(moment, std::max(20, screen.columns - 1)) << (done ? "\n" : "");
      screen.out.flush();
    } else {
      // What changes by itself (the rate, the span until something) is no change worth a line.
      const auto state =
          fmt::format("{} {} {} {} {}", to_string(campaign->status), finished(campaign->counts),
                      campaign->counts.sent, waiting.what, show_time(waiting.until));
      if (state != last) {
        if (screen.json) {
          screen.out << boost::json::serialize(watch_json(moment)) << '\n';
        } else {
          screen.out << draw_watch(moment, 0) << '\n';
        }
        screen.out.flush();
        last = state;
      }
    }
    if (done) return Watched{*campaign, true};
    if (!screen.pause(redraw ? kRedraw : kLook)) {
      if (redraw) screen.out << '\n';
      return Watched{*campaign, false};
    }
  }
}

}  // namespace postrider

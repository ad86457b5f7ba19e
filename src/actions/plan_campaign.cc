#include "actions/plan_campaign.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace postrider {

namespace {

/// The plan stops here; tables of time zones are wrong after 2037 (see next_open).
constexpr WallTime kHorizon{std::chrono::sys_days{std::chrono::year{2036} / 12 / 1}};

/// Counts due times by local day. They come nearly in order, so the current day is kept.
class DayBook {
 public:
  explicit DayBook(const std::string& zone) : zone_(date::locate_zone(zone)) {}

  void add(WallTime t) {
    if (days_.empty() || t < begin_ || t >= end_) open_day(t);
    ++days_[current_].emails;
  }
  std::vector<PlannedDay> take() {
    std::ranges::sort(days_, {}, &PlannedDay::date);
    return std::move(days_);
  }

 private:
  void open_day(WallTime t) {
    const auto day = date::floor<date::days>(zone_->to_local(t));
    begin_ = zone_->to_sys(date::local_time<Micros>(day), date::choose::earliest);
    end_ = zone_->to_sys(date::local_time<Micros>(day + date::days{1}), date::choose::earliest);
    const auto text = date::format("%F", day);
    const auto known = std::ranges::find(days_, text, &PlannedDay::date);
    current_ = static_cast<std::size_t>(known - days_.begin());
    if (known == days_.end()) days_.push_back({text, 0});
  }

  const date::time_zone* zone_;
  WallTime begin_{}, end_{};
  std::size_t current_ = 0;
  std::vector<PlannedDay> days_;
};

Timetable timetable_of(ActionContext& context, const Mailbox& mailbox, WallTime now) {
  Timetable table{.mailbox = mailbox.id, .next_free = mailbox.next_slot, .cap_24h = mailbox.cap_24h};
  if (mailbox.per_minute > 0) {
    table.least_gap = Micros{std::chrono::minutes{1}} / mailbox.per_minute;
  }
  if (mailbox.cap_24h > 0) {
    // Which moments these were is not asked: as if all were just now, the plan is late, never early.
    const auto sent = std::min<std::int64_t>(context.store.sent_last_24h(mailbox.id, now), mailbox.cap_24h);
    table.recent.assign(static_cast<std::size_t>(sent), now);
  }
  return table;
}

/// Campaigns under way on the same mailboxes take slots too.
void note_neighbours(ActionContext& context, const Campaign& campaign, std::vector<std::string>& notes) {
  for (const auto status : {CampaignStatus::sending, CampaignStatus::scheduled, CampaignStatus::paused}) {
    for (const auto& other : context.store.campaigns(status, CampaignId{}, 100)) {
      const auto shared =
          std::ranges::find_first_of(other.mailboxes, campaign.mailboxes) != other.mailboxes.end();
      if (other.id == campaign.id || !shared || other.counts.pending == 0) continue;
      notes.push_back(
          fmt::format("Campaign {} ({}) shares a mailbox and has {} emails to send: the end may be later.",
                      other.id.value, to_string(status), other.counts.pending));
    }
  }
}

}  // namespace

Result<PlanAnswer> plan_campaign(ActionContext& context, CampaignId id, const PlanOptions& options) {
  const auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  if (campaign->mailboxes.empty()) {
    return conflict("no_mailbox",
                    fmt::format("Campaign {} has no mailbox, so there is nothing to plan with.", id.value));
  }
  const auto now = context.clock.wall_now();
  const auto own =
      campaign->status == CampaignStatus::draft ? campaign->form.start_at : campaign->scheduled_at;
  const auto start = std::max(now, options.at.value_or(own.value_or(now)));

  std::vector<Timetable> tables;
  std::unordered_map<MailboxId, std::string> names;
  PlanAnswer answer;
  for (const auto mailbox_id : campaign->mailboxes) {
    const auto mailbox = context.store.mailbox(mailbox_id);
    if (!mailbox) return std::unexpected(mailbox.error());
    tables.push_back(timetable_of(context, *mailbox, now));
    names[mailbox_id] = mailbox->name;
    if (mailbox->status != MailboxStatus::active) {
      answer.notes.push_back(
          fmt::format("Mailbox {} is {} now: {}.", mailbox->name, to_string(mailbox->status), mailbox->why));
    }
    if (!tables.back().recent.empty()) {
      answer.notes.push_back(
          fmt::format("Mailbox {} sent {} in the last 24 h; the plan counts them as sent just now.",
                      mailbox->name, tables.back().recent.size()));
    }
  }
  note_neighbours(context, *campaign, answer.notes);

  answer.emails = campaign->counts.pending;
  answer.zone = campaign->window ? campaign->window->zone : "UTC";
  DayBook book(answer.zone);
  Plan plan({.window = campaign->window, .pace = campaign->pace, .seed = campaign->seed, .start = start},
            std::move(tables));
  const auto done = campaign->counts.total() - answer.emails;
  for (std::int64_t number = 1; number <= answer.emails; ++number) {
    const auto slot = plan.next(done + number);
    if (slot.due >= kHorizon) {
      answer.beyond = answer.emails - number + 1;
      break;
    }
    if (number == 1) answer.first = slot.due;
    answer.last = std::max(answer.last.value_or(slot.due), slot.due);
    if (number <= options.first) answer.first_emails.push_back({number, names[slot.mailbox], slot.due});
    book.add(slot.due);
  }
  answer.days = book.take();
  return answer;
}

}  // namespace postrider

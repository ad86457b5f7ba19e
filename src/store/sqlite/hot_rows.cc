#include "store/sqlite/hot_rows.h"

#include <fmt/format.h>

#include "base/check.h"
#include "store/sqlite/queue_rows.h"
#include "store/sqlite/window_text.h"

namespace postrider::sqlite {

class HotRows::Readers {
 public:
  explicit Readers(Database& db)
      : campaign(
            db,
            "SELECT status, queue_id, pace_min, pace_max, window, seed, max_tries, max_age, on_uncertain, "
            "brake_refusals, brake_percent, total, plan_cursor, repair_cursor, purged, tester_key "
            "FROM campaign LEFT JOIN test_mode ON campaign_id = id WHERE id = ?"),
        brake(db, "SELECT recent FROM brake WHERE campaign_id = ?"),
        mailbox(
            db,
            "SELECT status, paused_until, faults_in_a_row, next_slot, cap_24h, per_minute, sessions, sender "
            "FROM mailbox WHERE id = ?"),
        queue(db,
              "SELECT paused, per_second, concurrent, max_attempts, max_retry, min_backoff, max_backoff, "
              "max_doublings, tokens, refilled FROM queue WHERE id = ?"),
        lane(db, "SELECT queue_id, campaign_id, mailbox_id, waiting, served FROM lane WHERE id = ?"),
        move_lane(db, "UPDATE lane SET waiting = waiting + ?2, running = running + ?3 WHERE id = ?1"),
        set_brake(db,
                  "INSERT INTO brake (campaign_id, recent) VALUES (?1, ?2) "
                  "ON CONFLICT (campaign_id) DO UPDATE SET recent = ?2"),
        add_sent(db, kAddSent) {}
  Statement campaign, brake, mailbox, queue, lane, move_lane, set_brake, add_sent;
};

std::shared_ptr<HotRows::Readers> HotRows::prepare(Database& db) {
  return std::make_shared<Readers>(db);
}

HotCampaign& HotRows::campaign(CampaignId id) {
  const auto [at, fresh] = campaigns_.try_emplace(id);
  if (!fresh) return at->second;
  auto& hot = at->second;
  auto& row = readers_.campaign.query(id.value);
  CHECK(row.step());
  hot.id = id;
  hot.status = static_cast<CampaignStatus>(row.integer(0));
  hot.queue = QueueId{row.integer(1)};
  hot.pace = {Micros{row.integer(2)}, Micros{row.integer(3)}};
  hot.window = window_from_text(row.text(4));
  hot.seed = static_cast<std::uint64_t>(row.integer(5));
  hot.max_tries = row.maybe_count(6);
  if (const auto age = row.maybe_integer(7)) hot.max_age = Micros{*age};
  hot.on_uncertain = static_cast<OnUncertain>(row.integer(8));
  hot.brake_refusals = static_cast<int>(row.integer(9));
  hot.brake_percent = static_cast<int>(row.integer(10));
  hot.total = row.integer(11);
  hot.plan_cursor = row.integer(12);
  hot.repair_cursor = row.maybe_integer(13);
  hot.purged = row.integer(14) != 0;
  if (!row.is_null(15)) hot.tester_key = row.text(15);
  row.reset();
  return hot;
}

HotBrake& HotRows::brake(CampaignId id) {
  const auto [at, fresh] = brakes_.try_emplace(id);
  if (!fresh) return at->second;
  auto& row = readers_.brake.query(id.value);
  if (row.step()) at->second.recent = row.text(0);
  row.reset();
  return at->second;
}

HotMailbox& HotRows::mailbox(MailboxId id) {
  const auto [at, fresh] = mailboxes_.try_emplace(id);
  if (!fresh) return at->second;
  auto& hot = at->second;
  auto& row = readers_.mailbox.query(id.value);
  CHECK(row.step());
  hot.id = id;
  hot.status = static_cast<int>(row.integer(0));
  hot.paused_until = row.integer(1);
  hot.faults_in_a_row = static_cast<int>(row.integer(2));
  hot.next_slot = from_micros(row.integer(3));
  hot.cap_24h = static_cast<int>(row.integer(4));
  hot.per_minute = static_cast<int>(row.integer(5));
  hot.sessions = static_cast<int>(row.integer(6));
  const auto sender = row.text(7);
  hot.domain = sender.substr(sender.rfind('@') + 1);
  row.reset();
  return hot;
}

HotQueue& HotRows::queue(QueueId id) {
  const auto [at, fresh] = queues_.try_emplace(id);
  if (!fresh) return at->second;
  auto& hot = at->second;
  auto& row = readers_.queue.query(id.value);
  CHECK(row.step());
  hot.id = id;
  hot.paused = row.integer(0) != 0;
  hot.settings = read_queue_settings(row, 1);
  hot.tokens = row.real(8);
  hot.refilled = from_micros(row.integer(9));
  row.reset();
  return hot;
}

HotLane& HotRows::lane(LaneId id) {
  const auto [at, fresh] = lanes_.try_emplace(id);
  if (!fresh) return at->second;
  auto& hot = at->second;
  auto& row = readers_.lane.query(id.value);
  CHECK(row.step());
  hot.id = id;
  hot.queue = QueueId{row.integer(0)};
  hot.campaign = CampaignId{row.integer(1)};
  hot.mailbox = MailboxId{row.integer(2)};
  hot.waiting = row.integer(3);
  hot.served = row.integer(4);
  row.reset();
  return hot;
}

/// Afterwards `touched_` names every lane whose wake time may be another.
void HotRows::write_changes() {
  for (auto& [id, lane] : lanes_) {
    if (lane.waiting_change == 0 && lane.running_change == 0) continue;
    readers_.move_lane.run(id.value, lane.waiting_change, lane.running_change);
    lane.waiting += lane.waiting_change;
    // A place that became free may serve any lane of the same mailbox.
    if (lane.running_change != 0 && lane.mailbox) {
      touch(lane.mailbox);
    } else {
      touch(id);
    }
    lane.waiting_change = lane.running_change = 0;
  }
  for (auto& [id, brake] : brakes_) {
    if (brake.changed) readers_.set_brake.run(id.value, std::string_view{brake.recent});
    brake.changed = false;
  }
  for (const auto& [block, bits] : sent_)
    readers_.add_sent.run(block.first, block.second, static_cast<std::int64_t>(bits));
  sent_.clear();
  for (const auto& [id, changes] : counted_) {
    for (std::size_t status = 0; status < changes.size(); ++status) {
      writer_.count(id, static_cast<EmailStatus>(status), changes[status], now);
    }
    if (writer_.settle(id)) touch(id);
  }
  counted_.clear();
  for (const auto id : touched_mailboxes_) {
    for (const auto lane : writer_.lanes_of(MailboxId{id})) touch(lane);
  }
  for (const auto id : touched_campaigns_) {
    for (const auto lane : writer_.lanes_of(CampaignId{id})) touch(lane);
  }
  touched_mailboxes_.clear();
  touched_campaigns_.clear();
}

void HotRows::write_back() {
  write_changes();
  for (const auto id : touched_) writer_.refresh_lane(LaneId{id});
  touched_.clear();
}

std::map<std::int64_t, std::optional<std::int64_t>> HotRows::wakes_of_touched() {
  write_changes();
  std::map<std::int64_t, std::optional<std::int64_t>> wakes;
  for (const auto id : touched_) wakes.emplace(id, writer_.wake_of(LaneId{id}));
  return wakes;
}

}  // namespace postrider::sqlite

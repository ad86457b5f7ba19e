#pragma once
// The campaign store on SQLite: every noun of CampaignStore, one file each (mailboxes.cc,
// campaigns.cc, campaign_list.cc, content.cc, recipients.cc, life.cc, emails.cc, uncertain.cc,
// late_reports.cc, queues.cc, queue_tasks.cc, suppressions.cc, series.cc, audit.cc, upkeep.cc). Writing verbs
// go through `write`: the writer's mutex, one transaction, then the bell; reading verbs through `read`: one
// short read transaction on a connection of their own. Thread safe; store room only.

#include <memory>
#include <mutex>
#include <set>
#include <type_traits>
#include <utility>

#include "store/campaign_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"
#include "store/sqlite/writer.h"
#include "store/task_store.h"

namespace postrider::sqlite {

std::unique_ptr<CampaignStore> make_campaign_store(Writer& writer);

class SqliteCampaignStore final : public CampaignStore {
 public:
  explicit SqliteCampaignStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  /// Removes what a crash left of campaigns being copied or removed.
  void remove_hidden();

  /// What its questions have cost so far (see Database::steps).
  std::int64_t steps_read() const { return readers_.steps(); }

  Result<MailboxId> add_mailbox(const Mailbox& mailbox) override;
  Result<void> update_mailbox(const Mailbox& mailbox) override;
  Result<void> remove_mailbox(MailboxId id) override;
  std::vector<Mailbox> mailboxes() override;
  Result<Mailbox> find_mailbox(std::string_view name) override;
  Result<Mailbox> mailbox(MailboxId id) override;
  void keep_refresh_token(MailboxId id, std::int64_t revision, std::string_view sealed) override;
  Result<void> resume_mailbox(MailboxId id) override;
  void note_size_limit(MailboxId id, std::int64_t limit) override;
  std::int64_t sent_last_24h(MailboxId id, WallTime now) override;
  Result<void> take_slot(MailboxId id) override;

  Result<CampaignId> create_campaign(const Campaign& draft, const std::vector<Attachment>* files) override;
  Result<void> update_campaign(const Campaign& merged, const std::vector<Attachment>* files,
                               std::optional<WallTime> start) override;
  Result<Campaign> campaign(CampaignId id) override;
  std::vector<Attachment> attachments(CampaignId id) override;
  std::vector<Campaign> campaigns(std::optional<CampaignStatus> status, CampaignId before,
                                  int limit) override;
  CampaignPage find_campaigns(const CampaignQuery& query) override;
  Result<void> delete_campaign(CampaignId id) override;
  Waiting waiting(CampaignId id, WallTime now) override;

  Result<ImportReport> import(CampaignId id, RecipientSource& source, const ColumnRoles& roles,
                              std::int64_t limit,
                              const std::function<void(const Reject&)>& rejected) override;

  Result<void> clear_list(CampaignId id) override;
  Result<void> start(CampaignId id, std::optional<WallTime> at, const std::vector<std::size_t>& required,
                     const std::optional<TestMode>& test) override;
  Result<void> pause(CampaignId id, std::string_view why) override;
  Result<void> resume(CampaignId id) override;
  Result<StopAnswer> stop(CampaignId id) override;
  Result<std::int64_t> retry(CampaignId id) override;
  Result<CampaignId> duplicate(CampaignId id, std::string_view only, std::string_view name) override;

  std::vector<EmailView> emails(CampaignId id, const EmailFilter& filter) override;
  Result<std::pair<CampaignId, EmailView>> email(EmailId id) override;
  Result<std::vector<RecipientRow>> recipients(CampaignId id, std::int64_t after, int limit) override;
  std::vector<std::int64_t> suppressed_rows(CampaignId id, std::int64_t last) override;
  std::vector<AttemptView> attempts(EmailId id) override;
  std::vector<std::pair<CampaignId, EmailView>> uncertain(EmailId before, int limit) override;
  Result<void> resolve_uncertain(EmailId id, Resolution resolution, std::string_view by) override;

  std::vector<SentEmail> emails_to(std::string_view address_key) override;
  Result<LateAnswer> report_late(const LateReport& report) override;

  Result<QueueId> create_queue(const QueueSettings& settings) override;
  Result<void> update_queue(const QueueSettings& settings) override;
  std::vector<QueueView> queues() override;
  Result<QueueView> find_queue(std::string_view name) override;
  Result<void> pause_queue(QueueId id) override;
  Result<void> resume_queue(QueueId id) override;
  Result<std::int64_t> purge_queue(QueueId id, std::string_view local_time) override;
  Result<void> delete_queue(QueueId id) override;
  std::vector<TaskView> tasks(QueueId id, TaskId after, int limit) override;
  TaskPage email_tasks(QueueId id, TaskId after, int limit) override;
  Result<TaskView> email_task(EmailId id) override;
  Result<void> hasten_email(EmailId id) override;
  Result<CampaignId> skip_email(EmailId id, std::string_view reason) override;

  Result<SuppressAnswer> suppress(std::span<const Suppression> suppressions) override;
  Result<void> unsuppress(std::string_view key) override;
  std::vector<Suppression> suppressions(std::string_view after_key, int limit) override;
  std::optional<Suppression> find_suppression(const Address& address) override;

  DatabaseState state() override;
  std::optional<std::string> meta(std::string_view key) override;
  void set_meta(std::string_view key, std::string_view value) override;
  void audit(std::string_view who, std::string_view what) override;
  std::vector<AuditRow> audit_log(const AuditFilter& filter) override;
  Result<std::vector<SeriesPoint>> series(std::optional<CampaignId> campaign, WallTime from, WallTime to,
                                          SeriesUnit unit) override;
  Totals totals() override;
  Result<void> backup(const std::string& file) override;
  Result<std::int64_t> resume_restored() override;
  std::optional<std::string> quick_check(Micros patience) override;

 private:
  // ---- shared by the nouns ----

  /// `work(Database&)` inside one transaction, committed when it returns a value (a Result: when
  /// it holds one), then the bell.
  template <class Work>
  auto write(Work&& work) {
    auto result = transact(std::forward<Work>(work));
    writer_.ring();
    return result;
  }

  template <class Work>
  auto transact(Work&& work) {
    return sqlite::transact(writer_, std::forward<Work>(work));
  }

  template <class Work>
  auto read(Work&& work) {
    auto lease = readers_.take();
    return work(*lease);
  }

  /// Long work on one campaign (import, copy, removal) is many transactions; nobody else may
  /// begin such work on it meanwhile. Nothing when somebody is at it.
  class Claim;
  std::unique_ptr<Claim> claim(CampaignId id);

  WallTime now() const { return writer_.clock.wall_now(); }
  Result<CampaignStatus> status_of(Database& db, CampaignId id);
  void remove_recipients(CampaignId id);
  void remove_rows(CampaignId id);

  Writer& writer_;
  Readers readers_;
  std::mutex claims_mutex_;
  std::set<CampaignId> claims_;
};

class SqliteCampaignStore::Claim {
 public:
  Claim(SqliteCampaignStore& store, CampaignId id) : store_(store), id_(id) {}
  ~Claim() {
    const std::lock_guard lock(store_.claims_mutex_);
    store_.claims_.erase(id_);
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  SqliteCampaignStore& store_;
  CampaignId id_;
};

/// The answer to a campaign that is not there.
std::unexpected<Error> no_campaign(CampaignId id);

}  // namespace postrider::sqlite

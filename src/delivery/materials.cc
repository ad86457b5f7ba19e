#include "delivery/materials.h"

namespace postrider {
namespace {

constexpr std::size_t kMostKept = 1000;

Result<std::shared_ptr<const CampaignMaterial>> compile(const Campaign& campaign) {
  std::vector<std::string> columns;
  columns.reserve(campaign.columns.size());
  for (const auto& column : campaign.columns) columns.push_back(column.header);
  auto subject = Template::compile(campaign.subject, columns, {.kind = TemplateKind::line});
  if (!subject) return std::unexpected(subject.error());
  auto message = Template::compile(campaign.message, columns);
  if (!message) return std::unexpected(message.error());
  return std::make_shared<const CampaignMaterial>(CampaignMaterial{std::move(*subject), std::move(*message)});
}

Result<std::shared_ptr<const MailboxMaterial>> prepare(const Mailbox& mailbox, const SecretBox& secrets) {
  auto from = parse_address(mailbox.from);
  if (!from) return std::unexpected(from.error());
  auto password = secrets.open(mailbox.password_sealed);
  if (!password) return std::unexpected(password.error());
  return std::make_shared<const MailboxMaterial>(MailboxMaterial{
      .from = std::move(*from),
      .from_name = mailbox.from_name,
      .server = {.host = mailbox.host,
                 .port = mailbox.port,
                 .tls = mailbox.tls,
                 .user = mailbox.user,
                 .password = std::move(*password),
                 .max_sessions = mailbox.sessions,
                 .ca_pem = mailbox.ca_pem,
                 .pin = mailbox.pin},
      .mock = mailbox.mock,
  });
}

}  // namespace

Async<Result<std::shared_ptr<const CampaignMaterial>>> Materials::campaign(CampaignId id) {
  if (const auto kept = campaigns_.find(id); kept != campaigns_.end()) co_return kept->second;
  Result<std::shared_ptr<const CampaignMaterial>> made;
  std::function<void()> read = [&] {
    auto row = store_.campaign(id);
    if (row) {
      made = compile(*row);
    } else {
      made = std::unexpected(row.error());
    }
  };
  co_await background_.run(std::move(read));
  if (made) {
    if (campaigns_.size() >= kMostKept) campaigns_.clear();
    campaigns_[id] = *made;
  }
  co_return made;
}

Async<Result<std::shared_ptr<const MailboxMaterial>>> Materials::mailbox(MailboxId id) {
  if (const auto kept = mailboxes_.find(id); kept != mailboxes_.end()) co_return kept->second;
  const auto asked = forgotten_;
  Result<std::shared_ptr<const MailboxMaterial>> made;
  std::function<void()> read = [&] {
    auto row = store_.mailbox(id);
    if (row) {
      made = prepare(*row, secrets_);
    } else {
      made = std::unexpected(row.error());
    }
  };
  co_await background_.run(std::move(read));
  if (made && asked == forgotten_) mailboxes_[id] = *made;
  co_return made;
}

void Materials::forget_mailboxes() {
  mailboxes_.clear();
  ++forgotten_;
}

}  // namespace postrider

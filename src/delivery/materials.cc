#include "delivery/materials.h"

#include <fmt/format.h>

namespace postrider {
namespace {

constexpr std::size_t kMostKept = 1000;
/// Attachments count here: three campaigns with the most that may be attached stay at hand.
constexpr std::size_t kMostKeptBytes = std::size_t{48} << 20;

Result<std::shared_ptr<const CampaignMaterial>> prepare(const Campaign& campaign,
                                                        const std::vector<Attachment>& files) {
  CampaignMaterial material;
  material.skip_unresolved = campaign.skip_unresolved;
  if (campaign.test) {
    material.test = true;
    if (!campaign.test->to_catcher()) {
      auto tester = parse_address(campaign.test->tester);
      if (!tester) return std::unexpected(tester.error());
      material.tester = std::move(*tester);
    }
  }
  auto letter = Letter::compile(campaign, files);
  if (!letter) {
    auto& fault = letter.error().front();
    fault.error.message = fmt::format("In the {}: {}", fault.part, fault.error.message);
    return std::unexpected(std::move(fault.error));
  }
  material.letter = std::move(*letter);
  return std::make_shared<const CampaignMaterial>(std::move(material));
}

Result<std::shared_ptr<const MailboxMaterial>> prepare(const Mailbox& mailbox, const SecretBox& secrets,
                                                       const TokensOf& tokens_of) {
  auto from = parse_address(mailbox.from);
  if (!from) return std::unexpected(from.error());
  auto server = mail_server_of(mailbox, secrets, tokens_of);
  if (!server) return std::unexpected(server.error());
  auto footer = Footer::make(mailbox.footer, mailbox.postal_address);
  if (!footer) return std::unexpected(footer.error());
  std::optional<Address> unsubscribe;
  if (auto named = parse_address(mailbox.unsubscribe_address)) unsubscribe = std::move(*named);
  return std::make_shared<const MailboxMaterial>(MailboxMaterial{
      .from = std::move(*from),
      .from_name = mailbox.from_name,
      .server = std::move(*server),
      .footer = std::move(*footer),
      .unsubscribe = std::move(unsubscribe),
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
      made = prepare(*row, store_.attachments(id));
    } else {
      made = std::unexpected(row.error());
    }
  };
  co_await background_.run(std::move(read));
  if (made) {
    const auto size = (*made)->letter->size();
    if (campaigns_.size() >= kMostKept || kept_bytes_ + size > kMostKeptBytes) {
      campaigns_.clear();
      kept_bytes_ = 0;
    }
    if (campaigns_.try_emplace(id, *made).second) kept_bytes_ += size;
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
      made = prepare(*row, secrets_, tokens_of_);
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

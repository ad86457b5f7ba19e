// A campaign's content: what the message holds besides subject and message, and the files that go
// along, stored once per campaign.

#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

// What the import left out stays: it is about the list, not about the message.
constexpr auto kStore =
    "INSERT INTO campaign_content (campaign_id, format, from_name, reply_to, headers, text, kind, "
    "list_unsubscribe) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (campaign_id) DO UPDATE SET "
    "format = ?2, from_name = ?3, reply_to = ?4, headers = ?5, text = ?6, kind = ?7, list_unsubscribe = ?8";
constexpr auto kAttach =
    "INSERT INTO attachment (campaign_id, position, name, media_type, size, bytes) "
    "VALUES (?1, ?2, ?3, ?4, ?5, CAST(?6 AS BLOB))";

}  // namespace

void store_content(Database& db, CampaignId id, const Content& content,
                   const std::vector<Attachment>* files) {
  const std::string headers = encode_values(content.headers);
  Statement(db, kStore)
      .run(id.value, static_cast<int>(content.format), std::string_view{content.from_name},
           std::string_view{content.reply_to}, std::string_view{headers}, std::string_view{content.text},
           static_cast<int>(content.kind), content.list_unsubscribe);
  if (files == nullptr) return;
  Statement(db, "DELETE FROM attachment WHERE campaign_id = ?").run(id.value);
  Statement attach(db, kAttach);
  int position = 0;
  for (const auto& file : *files) {
    attach.run(id.value, position++, std::string_view{file.name}, std::string_view{file.media_type},
               static_cast<std::int64_t>(file.bytes.size()), std::string_view{file.bytes});
  }
}

constexpr auto kUse =
    "UPDATE campaign_content SET template_id = ?2, template_version = ?3 WHERE campaign_id = ?1";

void store_template_use(Database& db, const CampaignId& id, const std::optional<TemplateUse>& use) {
  const auto which = use ? std::optional{use->id.value} : std::nullopt;
  const auto version = use ? std::optional<std::int64_t>{use->version} : std::nullopt;
  Statement(db, kUse).run(id.value, which, version);
}

std::vector<Attachment> SqliteCampaignStore::attachments(CampaignId id) {
  return read([&](Database& db) {
    std::vector<Attachment> files;
    Statement rows(db,
                   "SELECT name, media_type, bytes FROM attachment WHERE campaign_id = ? ORDER BY position");
    rows.query(id.value);
    while (rows.step()) {
      files.push_back({std::string{rows.text(0)}, std::string{rows.text(1)}, std::string{rows.text(2)}});
    }
    return files;
  });
}

}  // namespace postrider::sqlite

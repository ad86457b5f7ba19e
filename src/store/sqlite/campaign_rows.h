#pragma once
// Campaign rows: a campaign from its row and back, and its list's columns as JSON. Store room only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/campaign.h"
#include "mail/attachment.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

/// "SELECT … FROM campaign c " in the order read_campaign expects; the caller adds its WHERE.
extern const std::string_view kSelectCampaign;

/// The campaign in the statement's current row, without mailboxes, attachments and counts.
Campaign read_campaign(const Statement& row);

/// Adds its mailboxes, its attachments' names and its counts.
void complete_campaign(Database& db, Campaign& campaign);

/// What its owner filled in that has no effect now.
CampaignForm read_form(Database& db, CampaignId id);
void store_form(Database& db, CampaignId id, const CampaignForm& form);

/// Stores what the campaign says besides subject and message; `files` replace its attachments if not null.
void store_content(Database& db, CampaignId id, const Content& content, const std::vector<Attachment>* files);

/// Remembers what it was filled from. After store_content.
void store_template_use(Database& db, const CampaignId& id, const std::optional<TemplateUse>& use);

/// One recipient's empty cells, counted in its columns, with the first few rows as samples.
void note_empty_cells(std::vector<Column>& columns, const std::vector<std::string>& values,
                      std::int64_t source_row);

std::string encode_columns(const std::vector<Column>& columns);
std::vector<Column> decode_columns(std::string_view text);

}  // namespace postrider::sqlite

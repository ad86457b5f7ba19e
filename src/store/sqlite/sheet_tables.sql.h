#pragma once
// The table of campaigns whose lists lie in sheets.

namespace postrider::sqlite {

inline constexpr auto kSheetTables = R"sql(
CREATE TABLE campaign_sheet (
  campaign_id INTEGER PRIMARY KEY,
  sheet_id TEXT NOT NULL,
  tab_id INTEGER NOT NULL,
  tab TEXT NOT NULL,
  header_row INTEGER NOT NULL,
  email_header TEXT NOT NULL,
  status_header TEXT NOT NULL,
  write_back INTEGER NOT NULL,
  only_unmarked INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 0,
  next_look INTEGER NOT NULL DEFAULT 0,
  shown_mark TEXT NOT NULL DEFAULT '', -- what the campaign had come to when the sheet showed all of it
  shown_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  trouble_code TEXT NOT NULL DEFAULT '',
  trouble TEXT NOT NULL DEFAULT '',
  trouble_since INTEGER
);
CREATE INDEX campaign_sheet_to_look_at ON campaign_sheet(next_look) WHERE active = 1;
CREATE INDEX suppression_by_campaign ON suppression(campaign_id) WHERE campaign_id IS NOT NULL;
CREATE TRIGGER campaign_sheet_goes_with_its_campaign AFTER DELETE ON campaign
BEGIN DELETE FROM campaign_sheet WHERE campaign_id = OLD.id; END;
)sql";

}  // namespace postrider::sqlite

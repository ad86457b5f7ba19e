#include "store/sqlite/import.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"
#include "mail/template.h"
#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/suppression_lookup.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

bool has_field(const std::vector<std::string>& headers, std::string_view key) {
  for (const auto& header : headers) {
    if (field_key(header) == key) return true;
  }
  return false;
}

}  // namespace

Import::Import(CampaignId campaign, const std::vector<std::string>& headers, const ColumnRoles& roles)
    : campaign_(campaign), roles_(roles), headers_(headers.size()) {
  CHECK(roles.email >= 0 && static_cast<std::size_t>(roles.email) < headers.size());
  CHECK(roles.name < static_cast<int>(headers.size()));
  for (const auto& header : headers) columns_.push_back({.header = header});
  adds_name_ = !has_field(headers, "name");
  adds_email_ = !has_field(headers, "email");
  if (adds_name_) columns_.push_back({.header = "name"});
  if (adds_email_) columns_.push_back({.header = "email"});
}

void Import::add(SourceRow source) {
  Row row;
  row.source_row = source.row;
  row.values = std::move(source.values);
  row.values.resize(headers_);
  // Blanks around a cell are nobody's intent, and "empty" must mean one thing everywhere.
  for (auto& value : row.values) {
    const auto trimmed = trim(value);
    if (trimmed.size() != value.size()) value = std::string(trimmed);
    bytes_ += value.size();
  }
  row.given = row.values[static_cast<std::size_t>(roles_.email)];
  if (roles_.name >= 0) row.name = row.values[static_cast<std::size_t>(roles_.name)];

  if (!source.problem.empty()) {
    // Its cells may stand in the wrong columns: a wrong address would still be one.
    row.fate = Fate::bad;
    row.reason = "bad row: " + source.problem;
  } else if (row.given.empty()) {
    row.fate = Fate::bad;
    row.reason = "no address";
  } else if (const auto address = parse_address(row.given); !address) {
    row.fate = Fate::bad;
    row.reason = "bad address: " + address.error().message;
  } else {
    row.address = address->text();
    row.key = address->key();
    if (adds_name_) row.values.push_back(row.name);
    if (adds_email_) row.values.push_back(row.address);
  }
  chunk_.push_back(std::move(row));
}

void Import::judge_chunk(Database& reader) {
  SuppressionLookup suppressions(reader);
  Statement some(reader, "SELECT 1 FROM suppression LIMIT 1");
  const bool any = some.step();
  for (auto& row : chunk_) {
    if (row.fate == Fate::bad) continue;
    if (const auto reason = any ? suppressions.find(row.key) : std::nullopt) {
      row.fate = Fate::suppressed;
      row.reason = fmt::format("suppressed: {}", *reason);
    } else if (const auto first = keys_.add(row.key, last_ordinal_ + 1, row.source_row)) {
      row.fate = Fate::duplicate;
      row.reason = fmt::format("duplicate of row {}", *first);
    } else {
      row.ordinal = ++last_ordinal_;
    }
  }
}

constexpr auto kInsert =
    "INSERT INTO recipient (campaign_id, ordinal, source_row, address, address_key, name, vals) "
    "VALUES (?,?,?,?,?,?,?)";

void Import::insert_chunk(Database& db) {
  Statement insert(db, kInsert);
  for (const auto& row : chunk_) {
    if (row.fate != Fate::accepted) continue;
    const std::string values = encode_values(row.values);
    insert.run(campaign_.value, row.ordinal, row.source_row, std::string_view{row.address},
               std::string_view{row.key}, std::string_view{row.name}, std::string_view{values});
  }
}

void Import::finish_chunk(const std::function<void(const Reject&)>& rejected) {
  for (auto& row : chunk_) {
    switch (row.fate) {
      case Fate::bad:
        ++report_.bad;
        break;
      case Fate::duplicate:
        ++report_.duplicates;
        break;
      case Fate::suppressed:
        ++report_.suppressed;
        break;
      case Fate::accepted:
        ++report_.accepted;
        note_empty_cells(columns_, row.values, row.source_row);
        continue;
    }
    if (rejected) rejected({row.source_row, row.given, row.reason});
  }
  chunk_.clear();
  bytes_ = 0;
}

}  // namespace postrider::sqlite

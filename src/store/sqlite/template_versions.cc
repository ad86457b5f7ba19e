// What saved templates were before: a row for each version, the present one included.

#include <fmt/format.h>

#include <limits>

#include "store/sqlite/template_store.h"

namespace postrider::sqlite {
namespace {

TemplateVersion read_row(const Statement& row) {
  return {.number = static_cast<int>(row.integer(0)),
          .subject = std::string{row.text(1)},
          .message = std::string{row.text(5)},
          .format = static_cast<MessageFormat>(row.integer(2)),
          .saved = from_micros(row.integer(3)),
          .by = std::string{row.text(4)}};
}

bool exists(Database& db, SavedTemplateId id) {
  return Statement(db, "SELECT 1 FROM template WHERE id = ?").query(id.value).step();
}

}  // namespace

constexpr auto kAdd =
    "INSERT INTO template_version (template_id, number, subject, format, saved, saved_by, message) VALUES "
    "(?, ?, ?, ?, ?, ?, ?)";

void add_version(Database& db, const SavedTemplate& saved, std::string_view by, WallTime at) {
  Statement(db, kAdd).run(saved.id.value, saved.version, std::string_view{saved.subject},
                          static_cast<int>(saved.format), to_micros(at), by, std::string_view{saved.message});
}

Result<std::vector<TemplateVersion>> SqliteTemplateStore::versions(SavedTemplateId id, int before,
                                                                   int limit) {
  return read([&](Database& db) -> Result<std::vector<TemplateVersion>> {
    if (!exists(db, id)) return no_template(fmt::to_string(id.value));
    std::vector<TemplateVersion> found;
    Statement rows(db,
                   "SELECT number, subject, format, saved, saved_by, '' FROM template_version WHERE "
                   "template_id = ? AND number < ? ORDER BY number DESC LIMIT ?");
    rows.query(id.value, before > 0 ? before : std::numeric_limits<int>::max(), limit);
    while (rows.step()) found.push_back(read_row(rows));
    return found;
  });
}

Result<TemplateVersion> SqliteTemplateStore::version(SavedTemplateId id, int number) {
  return read([&](Database& db) -> Result<TemplateVersion> {
    if (!exists(db, id)) return no_template(fmt::to_string(id.value));
    Statement row(db,
                  "SELECT number, subject, format, saved, saved_by, message FROM template_version WHERE "
                  "template_id = ? AND number = ?");
    if (!row.query(id.value, number).step()) {
      return not_found("version_not_found",
                       fmt::format("Template {0} has no version {1}. See `postrider template versions {0}`.",
                                   id.value, number));
    }
    return read_row(row);
  });
}

}  // namespace postrider::sqlite

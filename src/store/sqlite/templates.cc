// Saved templates: made, changed, found, listed. What they were before is in template_versions.cc.

#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "store/sqlite/template_store.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

// Lists leave the message out: it may be a megabyte.
constexpr std::string_view kColumns =
    "SELECT id, name, description, subject, format, variables, names_variables, version, changes, created, "
    "updated";

SavedTemplate read_row(const Statement& row, bool whole) {
  return {.id = SavedTemplateId{row.integer(0)},
          .name = std::string{row.text(1)},
          .description = std::string{row.text(2)},
          .subject = std::string{row.text(3)},
          .message = whole ? std::string{row.text(11)} : std::string{},
          .format = static_cast<MessageFormat>(row.integer(4)),
          .variables = decode_values(row.text(5)),
          .names_variables = row.integer(6) != 0,
          .version = static_cast<int>(row.integer(7)),
          .changes = row.integer(8),
          .created = from_micros(row.integer(9)),
          .updated = from_micros(row.integer(10))};
}

std::optional<SavedTemplate> find(Database& db, SavedTemplateId id) {
  Statement row(db, std::string(kColumns) + ", message FROM template WHERE id = ?");
  if (!row.query(id.value).step()) return std::nullopt;
  return read_row(row, true);
}

constexpr auto kInsert =
    "INSERT INTO template (name, name_key, description, subject, format, variables, names_variables, version, "
    "changes, created, updated, message) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0, ?8, ?8, ?)";

SavedTemplate insert(Database& db, SavedTemplate made, std::string_view by, WallTime at) {
  const auto key = lower_ascii(made.name);
  const auto variables = encode_values(made.variables);
  Statement(db, kInsert)
      .run(std::string_view{made.name}, std::string_view{key}, std::string_view{made.description},
           std::string_view{made.subject}, static_cast<int>(made.format), std::string_view{variables},
           made.names_variables, to_micros(at), std::string_view{made.message});
  made.id = SavedTemplateId{db.last_id()};
  made.version = 1;
  made.changes = 0;
  made.created = made.updated = at;
  add_version(db, made, by, at);
  return made;
}

}  // namespace

std::unexpected<Error> no_template(std::string_view which) {
  return not_found("template_not_found",
                   fmt::format("There is no template {}. See `postrider template list`.", which));
}

Result<SavedTemplate> SqliteTemplateStore::create_template(const SavedTemplate& made, std::string_view by) {
  return write([&](Database& db) -> Result<SavedTemplate> { return insert(db, made, by, now()); });
}

constexpr auto kUpdate =
    "UPDATE template SET name = ?2, name_key = ?3, description = ?4, subject = ?5, format = ?6, variables = "
    "?7, names_variables = ?8, version = ?9, changes = ?10, updated = ?11, message = ?12 WHERE id = ?1";

Result<SavedTemplate> SqliteTemplateStore::update_template(const SavedTemplate& merged, std::string_view by) {
  return write([&](Database& db) -> Result<SavedTemplate> {
    const auto before = find(db, merged.id);
    if (!before) return no_template(fmt::to_string(merged.id.value));
    if (before->changes != merged.changes) {
      return conflict("template_changed",
                      fmt::format("Template {} was changed by somebody else meanwhile. Look at it again.",
                                  merged.id.value));
    }
    auto saved = merged;
    const bool other = saved.subject != before->subject || saved.message != before->message ||
                       saved.format != before->format;
    saved.version = before->version + (other ? 1 : 0);
    saved.changes = before->changes + 1;
    saved.created = before->created;
    saved.updated = now();
    const auto key = lower_ascii(saved.name);
    const auto variables = encode_values(saved.variables);
    Statement(db, kUpdate)
        .run(saved.id.value, std::string_view{saved.name}, std::string_view{key},
             std::string_view{saved.description}, std::string_view{saved.subject},
             static_cast<int>(saved.format), std::string_view{variables}, saved.names_variables,
             saved.version, saved.changes, to_micros(saved.updated), std::string_view{saved.message});
    if (other) add_version(db, saved, by, saved.updated);
    return saved;
  });
}

Result<void> SqliteTemplateStore::remove_template(SavedTemplateId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, "DELETE FROM template WHERE id = ?").run(id.value) == 0)
      return no_template(fmt::to_string(id.value));
    Statement(db, "DELETE FROM template_version WHERE template_id = ?").run(id.value);
    return {};
  });
}

Result<SavedTemplate> SqliteTemplateStore::saved_template(SavedTemplateId id) {
  return read([&](Database& db) -> Result<SavedTemplate> {
    auto found = find(db, id);
    if (!found) return no_template(fmt::to_string(id.value));
    return std::move(*found);
  });
}

Result<SavedTemplate> SqliteTemplateStore::find_template(std::string_view name) {
  return read([&](Database& db) -> Result<SavedTemplate> {
    const auto key = lower_ascii(name);
    Statement row(db, "SELECT id FROM template WHERE name_key = ? ORDER BY id LIMIT 2");
    if (!row.query(std::string_view{key}).step()) return no_template(name);
    const SavedTemplateId id{row.integer(0)};
    if (row.step()) {
      return conflict("template_ambiguous",
                      fmt::format("Several templates are called {}. Say which by its id: `postrider template "
                                  "list`.",
                                  name));
    }
    return *find(db, id);
  });
}

std::vector<SavedTemplate> SqliteTemplateStore::templates(const TemplatePage& page) {
  return read([&](Database& db) {
    std::vector<SavedTemplate> found;
    Statement rows(db,
                   std::string(kColumns) + " FROM template WHERE id < ? ORDER BY id DESC LIMIT ? OFFSET ?");
    rows.query(page.before ? page.before.value : std::numeric_limits<std::int64_t>::max(), page.limit,
               page.skip);
    while (rows.step()) found.push_back(read_row(rows, false));
    return found;
  });
}

std::int64_t SqliteTemplateStore::template_count() {
  return read([](Database& db) {
    Statement row(db, "SELECT count(*) FROM template");
    row.step();
    return row.integer(0);
  });
}

// The mark stays when all samples are removed: they do not come back.
constexpr auto kMark = "INSERT INTO meta (key, value) VALUES ('sample_templates', '1')";

void SqliteTemplateStore::add_samples() {
  write([&](Database& db) {
    if (Statement(db, "SELECT 1 FROM meta WHERE key = 'sample_templates'").step()) return 0;
    for (const auto& sample : sample_templates()) insert(db, sample, "postrider", now());
    return Statement(db, kMark).run();
  });
}

std::unique_ptr<TemplateStore> make_template_store(Writer& writer) {
  auto store = std::make_unique<SqliteTemplateStore>(writer);
  store->add_samples();
  return store;
}

}  // namespace postrider::sqlite

#pragma once
// The template store on SQLite: templates.cc, template_versions.cc. Thread safe; store room only.

#include <memory>
#include <utility>

#include "store/sqlite/readers.h"
#include "store/sqlite/transact.h"
#include "store/template_store.h"

namespace postrider::sqlite {

/// Adds the samples to a database that never had any.
std::unique_ptr<TemplateStore> make_template_store(Writer& writer);

class SqliteTemplateStore final : public TemplateStore {
 public:
  explicit SqliteTemplateStore(Writer& writer) : writer_(writer), readers_(writer.file) {}

  void add_samples();

  Result<SavedTemplate> create_template(const SavedTemplate& made, std::string_view by) override;
  Result<SavedTemplate> update_template(const SavedTemplate& merged, std::string_view by) override;
  Result<void> remove_template(SavedTemplateId id) override;
  Result<SavedTemplate> saved_template(SavedTemplateId id) override;
  Result<SavedTemplate> find_template(std::string_view name) override;
  std::vector<SavedTemplate> templates(const TemplatePage& page) override;
  std::int64_t template_count() override;
  Result<std::vector<TemplateVersion>> versions(SavedTemplateId id, int before, int limit) override;
  Result<TemplateVersion> version(SavedTemplateId id, int number) override;

 private:
  template <class Work>
  auto write(Work&& work) {
    return transact(writer_, std::forward<Work>(work));
  }
  template <class Work>
  auto read(Work&& work) {
    auto lease = readers_.take();
    return work(*lease);
  }
  WallTime now() const { return writer_.clock.wall_now(); }

  Writer& writer_;
  Readers readers_;
};

std::unexpected<Error> no_template(std::string_view which);
void add_version(Database& db, const SavedTemplate& saved, std::string_view by, WallTime at);

}  // namespace postrider::sqlite

#include "app/shown_settings.h"

#include "app/settings_table.h"

namespace postrider {

std::vector<SettingShown> shown_settings(const LoadedSettings& loaded, const std::string& database_url) {
  std::vector<SettingShown> all;
  for (const auto& row : settings_table()) {
    if (row.state != SettingRow::State::effective) continue;
    SettingShown setting{
        .name = std::string(row.name), .value = std::string(row.standard), .from = "default"};
    for (const auto& [source, where] :
         {std::pair{&loaded.from_file, ".env"}, std::pair{&loaded.from_environment, "environment"}}) {
      const auto found = source->find(setting.name);
      if (found == source->end() || found->second.empty()) continue;
      setting.value = found->second;
      setting.from = where;
    }
    if (setting.name == "DATABASE_URL" && !database_url.empty()) {
      setting.value = database_url;
      setting.from = "--database";
    }
    if (row.kind == SettingRow::Kind::secret && !setting.value.empty()) setting.value = "(set)";
    all.push_back(std::move(setting));
  }
  return all;
}

}  // namespace postrider

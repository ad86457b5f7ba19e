#pragma once
// The settings as they are in force and where each comes from, for people and programs. A secret shows only
// that it is set. Pure.

#include <string>
#include <vector>

#include "app/settings.h"
#include "http/world.h"

namespace postrider {

/// `database_url`: of --database; empty: not given.
std::vector<SettingShown> shown_settings(const LoadedSettings& loaded, const std::string& database_url);

}  // namespace postrider

#pragma once
// The alert store on SQLite. Store room only.

#include <memory>

#include "store/alert_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

std::unique_ptr<AlertStore> make_alert_store(Writer& writer);

}  // namespace postrider::sqlite

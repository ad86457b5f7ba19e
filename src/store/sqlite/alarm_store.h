#pragma once
// The alarm store on SQLite. Store room only.

#include <memory>

#include "store/alarm_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

std::unique_ptr<AlarmStore> make_alarm_store(Writer& writer);

}  // namespace postrider::sqlite

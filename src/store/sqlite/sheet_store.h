#pragma once
// The sheet store on SQLite. Store room only.

#include <memory>

#include "store/sheet_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

std::unique_ptr<SheetStore> make_sheet_store(Writer& writer);

}  // namespace postrider::sqlite

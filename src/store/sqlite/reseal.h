#pragma once
// Another key of the installation's: all that is sealed with it is sealed anew (SqliteStore::reseal).

#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

Result<Resealed> reseal(Writer& writer, const std::function<Result<std::string>(std::string_view)>& anew,
                        const std::map<std::string, std::string>& meta);

}  // namespace postrider::sqlite

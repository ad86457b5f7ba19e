#pragma once
// `postrider doctor` from the caller's side: a store verb that also answers when the settings are wrong or
// the database cannot be opened, for then it is needed most.

#include "app/program.h"

namespace postrider {

Result<int> call_doctor(const Program& program, const std::vector<std::string>& argv);

}  // namespace postrider

#pragma once
// The operations, one file a noun; api_operations() is all of them.

#include "http/operation.h"

namespace postrider {

Operations health_operations();
Operations campaign_operations();

}  // namespace postrider

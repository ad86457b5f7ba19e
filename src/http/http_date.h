#pragma once
// The moment as HTTP writes it (RFC 9110 §5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Thread safe.

#include <string>

#include "base/time.h"

namespace postrider {

std::string http_date(WallTime time);
std::string http_date_now();

}  // namespace postrider

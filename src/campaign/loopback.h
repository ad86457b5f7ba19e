#pragma once
// Whether a host is this machine itself: what is said to it never leaves, so it may be said in clear. Pure.

#include <string_view>

namespace postrider {

/// "localhost", "127.x.y.z", "::1" (also in brackets, as in a URL). Names are not looked up.
bool is_loopback(std::string_view host);

}  // namespace postrider

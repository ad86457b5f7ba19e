#pragma once
// CHECK: a promise of our own code. Broken means a bug: the process stops, in release builds
// too. Leases make that safe: what it held is taken up again at the next start.

namespace postrider {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::postrider::check_failed(#condition, __FILE__, __LINE__))

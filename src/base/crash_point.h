#pragma once
// Named points at which a test build kills itself (SIGKILL, no clean-up), so that the stories
// can prove what a crash at exactly that moment leaves behind. A release build holds none.
//
// POSTRIDER_CRASH_AT="name:n" dies at the n-th passage of that name (n >= 1).

namespace postrider {

#ifdef POSTRIDER_CRASH_POINTS
void crash_point(const char* name);
#else
inline void crash_point(const char*) {}
#endif

}  // namespace postrider

#include "base/crash_point.h"

#ifdef POSTRIDER_CRASH_POINTS
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace postrider {
namespace {

struct Plan {
  std::string name;
  std::atomic<long> left{0};
  Plan() {
    if (const char* env = std::getenv("POSTRIDER_CRASH_AT")) {
      const std::string_view text = env;
      const auto colon = text.rfind(':');
      name = text.substr(0, colon);
      left = colon == text.npos ? 1 : std::atol(env + colon + 1);
    }
  }
};

}  // namespace

void crash_point(const char* name) {
  static Plan plan;
  if (plan.name == name && plan.left.fetch_sub(1) == 1) ::kill(::getpid(), SIGKILL);
}

}  // namespace postrider
#endif

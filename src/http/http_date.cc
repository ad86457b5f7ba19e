#include "http/http_date.h"

#include <ctime>
#include <utility>

namespace postrider {

std::string http_date(WallTime time) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];  // not strftime's %a and %b: those follow the locale
  const auto written = std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon],
                                     parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text, static_cast<std::size_t>(written)};
}

std::string http_date_now() {
  using std::chrono::sys_seconds;
  thread_local sys_seconds second;
  thread_local std::string text;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != std::exchange(second, now)) text = http_date(now);
  return text;
}

}  // namespace postrider

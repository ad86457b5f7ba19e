#include "campaign/local_time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include "base/text.h"
#include "campaign/zone.h"

namespace postrider {
namespace {

/// Whether the text says itself which zone it means.
bool has_offset(std::string_view text) {
  if (text.empty()) return false;
  if (text.back() == 'Z' || text.back() == 'z') return true;
  const auto sign = text.find_last_of("+-");
  return sign != text.npos && sign > 10;
}

}  // namespace

Result<WallTime> parse_moment(std::string_view given, std::string_view zone_name) {
  const auto text = trim(given);
  if (has_offset(text)) return parse_rfc3339(text);
  const auto* zone = find_zone(zone_name);
  if (zone == nullptr) {
    return invalid("bad_time",
                   fmt::format("There is no time zone \"{}\": give an IANA name, such as Europe/Paris.",
                               one_line(zone_name, 60)));
  }
  std::string whole(text);
  if (whole.size() > 10 && whole[10] == ' ') whole[10] = 'T';
  if (whole.size() == 16) whole += ":00";
  const auto as_utc = parse_rfc3339(whole + "Z");  // the same digits; only what they mean differs
  if (!as_utc) {
    return invalid(
        "bad_time",
        fmt::format("\"{}\" is no time: write 2026-11-24T09:00:00Z, with an offset as in +01:00, or the "
                    "local time 2026-11-24T09:00.",
                    one_line(text, 60)));
  }
  const date::local_time<Micros> local(as_utc->time_since_epoch());
  const auto found = zone->get_info(date::floor<std::chrono::seconds>(local));
  if (found.result == date::local_info::nonexistent) return WallTime{found.first.end.time_since_epoch()};
  return WallTime{local.time_since_epoch() - found.first.offset};
}

}  // namespace postrider

#include "campaign/zone.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/result.h"
#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t suggestions = 3;
constexpr std::size_t longest_name = 64;  // bounds the work on what a stranger typed

const std::vector<date::time_zone>& all_zones() {
  try {
    return date::get_tzdb().zones;
  } catch (const std::runtime_error& error) {
    throw Fault(fmt::format("cannot read the time zone database (install tzdata): {}", error.what()));
  }
}

bool is_of_this_machine(std::string_view name) {
  return name == "localtime" || name == "posixrules";
}

/// How many letters to add, drop or change to get from one spelling to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string comparable(std::string_view name) {
  auto text = lower_ascii(trim(name));
  std::ranges::replace(text, ' ', '_');
  return text;
}

std::string_view city_of(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace

const date::time_zone* find_zone(std::string_view name) {
  if (is_of_this_machine(name)) return nullptr;
  const auto& zones = all_zones();
  const auto zone = std::ranges::lower_bound(
      zones, name, {}, [](const date::time_zone& z) -> std::string_view { return z.name(); });
  return zone != zones.end() && zone->name() == name ? &*zone : nullptr;
}

date::sys_info offset_at(const date::time_zone& zone, date::sys_seconds t) {
  try {
    return zone.get_info(t);
  } catch (const std::runtime_error& error) {
    throw Fault(fmt::format("cannot read time zone {}: {}", zone.name(), error.what()));
  }
}

std::vector<std::string> similar_zones(std::string_view name) {
  const auto wanted = comparable(name.substr(0, longest_name));
  if (wanted.empty()) return {};
  struct Candidate {
    std::size_t distance;
    std::string_view name;
    auto operator<=>(const Candidate&) const = default;
  };
  std::vector<Candidate> candidates;
  for (const auto& zone : all_zones()) {
    if (is_of_this_machine(zone.name())) continue;
    const auto full = comparable(zone.name());
    // "Berlin" and "Europe/Berlim" both mean Europe/Berlin; what is before the city matters less.
    const auto distance =
        std::min(edit_distance(wanted, full), edit_distance(city_of(wanted), city_of(full)) + 1);
    if (distance <= 2 || distance * 4 <= wanted.size()) candidates.push_back({distance, zone.name()});
  }
  std::ranges::sort(candidates);
  if (candidates.size() > suggestions) candidates.resize(suggestions);
  std::vector<std::string> names;
  for (const auto& candidate : candidates) names.emplace_back(candidate.name);
  return names;
}

}  // namespace postrider

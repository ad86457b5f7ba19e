#pragma once
// A stable 64-bit mix for everything that must look random and yet come out the same on every
// run, machine and retry: gaps between emails, jitter. Not for secrets.

#include <cstdint>

namespace postrider {

/// splitmix64's finisher.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return mix(mix(a) ^ b);
}

/// A value in [low, high], both included, chosen by `seed`. Needs low <= high.
constexpr std::int64_t pick(std::uint64_t seed, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(mix(seed) % (static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace postrider

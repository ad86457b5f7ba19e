// What libFuzzer calls. Compiled once for each target, POSTRIDER_FUZZ_TARGET being its function.

#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  postrider::fuzz::POSTRIDER_FUZZ_TARGET({reinterpret_cast<const char*>(bytes), size});
  return 0;
}

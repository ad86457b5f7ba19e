#pragma once
// The example list and message of `postrider demo`: 40 rows with what real lists hold: accents,
// missing names, an address that is none, a duplicate, and (scripted by the catcher, see
// catcher/scripted_fault.h) one the server refuses and one it defers. Immutable.

#include <string_view>

namespace postrider {

inline constexpr int kDemoRows = 40;

std::string_view demo_list();     ///< CSV
std::string_view demo_message();  ///< with fields
std::string_view demo_subject();

}  // namespace postrider

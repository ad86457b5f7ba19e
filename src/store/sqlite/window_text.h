#pragma once
// A campaign's window as its column holds it: "" for none, or "9 17 1 Europe/Paris".

#include <optional>
#include <string>
#include <string_view>

#include "campaign/schedule.h"

namespace postrider::sqlite {

std::string window_to_text(const std::optional<Window>& window);
std::optional<Window> window_from_text(std::string_view text);

}  // namespace postrider::sqlite

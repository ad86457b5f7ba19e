#pragma once
// Formula cells: what a spreadsheet would calculate instead of show. CSV that leaves us has a "'" in
// front of such a cell (spreadsheets hide it), and a list that comes back loses it again: unguarded()
// undoes guarded() for every text. Pure.

#include <string>
#include <string_view>

namespace postrider {

/// Whether it begins with = + - @ or one of their full-width forms, also after blanks of any sort, or
/// with a TAB or CR (OWASP, CSV Injection).
bool looks_like_formula(std::string_view cell);

/// With a "'" in front where it looks like a formula, and where unguarded() would take one away.
std::string guarded(std::string_view cell);

/// Without the "'" that guarded() put there.
std::string_view unguarded(std::string_view cell);

}  // namespace postrider

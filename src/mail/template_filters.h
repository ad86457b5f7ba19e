#pragma once
// The filters of a template: which there are, and what each does to a value. A value's work and
// length are bounded, so that no chain of filters takes long. Only for the template. Pure.

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "mail/template_value.h"

namespace postrider {

enum class Filter : std::uint8_t {
  fill_in,  ///< "default"
  // of texts
  append,
  capitalize,
  downcase,
  lstrip,
  prepend,
  remove,
  remove_first,
  replace,
  replace_first,
  rstrip,
  size,
  slice,
  strip,
  strip_newlines,
  truncate,
  truncatewords,
  upcase,
  url_decode,
  url_encode,
  whole_url,
  // of numbers
  abs,
  at_least,
  at_most,
  ceil,
  divided_by,
  floor,
  minus,
  modulo,
  plus,
  round,
  times,
  date,
  // "split" with what follows it
  split,
  first,
  last,
  join,
  split_first,
  split_last,
  split_size,
  split_join,
  // how an output is written; the last ones of a chain
  escape,
  escape_once,
  newline_to_br
};

struct FilterRule {
  std::string_view name;  ///< empty: made by the compiler
  Filter filter;
  std::size_t fewest_arguments;
  std::size_t most_arguments;
};

/// Nothing when there is no such filter.
const FilterRule* find_filter(std::string_view name);

/// "abs, append, …", for an error.
std::string filter_names();

/// Whether it can say "bad_value".
bool can_fail(Filter filter);

/// What the filters of one rendering share.
class FilterWork {
 public:
  static constexpr std::size_t kLongestText = 1 << 20;
  static constexpr std::size_t kMostWork = 16 << 20;  ///< octets looked at and written: under 250 ms

  FilterWork(WallTime now, std::chrono::seconds utc_offset) : now_(now), utc_offset_(utc_offset) {}

  /// An empty text to write a result to; `kept`, a result before it, stays.
  std::string& fresh(std::string_view kept);
  /// False, and failed, when the rendering has taken too much work.
  bool charge(std::size_t octets);
  bool fail(std::string_view code, std::string text);
  bool is_spent() const { return spent_ > kMostWork; }

  WallTime now() const { return now_; }
  std::chrono::seconds utc_offset() const { return utc_offset_; }
  Error& failure() { return failure_; }

 private:
  WallTime now_;
  std::chrono::seconds utc_offset_;
  std::array<std::string, 2> texts_;
  std::size_t spent_ = 0;
  Error failure_;
};

/// Changes `value`. False when it cannot be, with work.failure() saying why (without the place).
/// An empty field stays one, until "default"; an empty field as an argument makes one of `value`.
bool apply_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                  FilterWork& work);

}  // namespace postrider

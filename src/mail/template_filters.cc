#include "mail/template_filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "mail/template_date.h"
#include "mail/template_filter_kinds.h"

namespace postrider {
namespace {

// In order of their names, as an error lists them.
constexpr auto kFilters = std::to_array<FilterRule>({
    {"abs", Filter::abs, 0, 0},
    {"append", Filter::append, 1, 1},
    {"at_least", Filter::at_least, 1, 1},
    {"at_most", Filter::at_most, 1, 1},
    {"capitalize", Filter::capitalize, 0, 0},
    {"ceil", Filter::ceil, 0, 0},
    {"date", Filter::date, 1, 1},
    {"default", Filter::fill_in, 1, 1},
    {"divided_by", Filter::divided_by, 1, 1},
    {"downcase", Filter::downcase, 0, 0},
    {"escape", Filter::escape, 0, 0},
    {"escape_once", Filter::escape_once, 0, 0},
    {"first", Filter::first, 0, 0},
    {"floor", Filter::floor, 0, 0},
    {"join", Filter::join, 0, 1},
    {"last", Filter::last, 0, 0},
    {"lstrip", Filter::lstrip, 0, 0},
    {"minus", Filter::minus, 1, 1},
    {"modulo", Filter::modulo, 1, 1},
    {"newline_to_br", Filter::newline_to_br, 0, 0},
    {"plus", Filter::plus, 1, 1},
    {"prepend", Filter::prepend, 1, 1},
    {"remove", Filter::remove, 1, 1},
    {"remove_first", Filter::remove_first, 1, 1},
    {"replace", Filter::replace, 2, 2},
    {"replace_first", Filter::replace_first, 2, 2},
    {"round", Filter::round, 0, 1},
    {"rstrip", Filter::rstrip, 0, 0},
    {"size", Filter::size, 0, 0},
    {"slice", Filter::slice, 1, 2},
    {"split", Filter::split, 1, 1},
    {"strip", Filter::strip, 0, 0},
    {"strip_newlines", Filter::strip_newlines, 0, 0},
    {"times", Filter::times, 1, 1},
    {"truncate", Filter::truncate, 0, 2},
    {"truncatewords", Filter::truncatewords, 0, 2},
    {"upcase", Filter::upcase, 0, 0},
    {"url_decode", Filter::url_decode, 0, 0},
    {"url_encode", Filter::url_encode, 0, 0},
    {"whole_url", Filter::whole_url, 0, 0},
});

bool is_of_numbers(Filter filter) {
  return filter >= Filter::abs && filter <= Filter::times;
}

bool apply_date(TemplateValue& value, std::span<const TemplateValue> arguments, FilterWork& work) {
  std::string room;
  const auto text = trim(text_of(value, room));
  CalendarTime time{.local = {}, .utc_offset = work.utc_offset()};
  if (equals_ignoring_case(text, "now") || equals_ignoring_case(text, "today")) {
    time.local = std::chrono::local_time<Micros>{work.now().time_since_epoch() + time.utc_offset};
  } else if (const auto read = read_date(text)) {
    time = *read;
  } else {
    return work.fail("bad_value",
                     fmt::format("\"{}\" is no date. Write it as 2026-11-24", one_line(text, 60)));
  }
  std::string& out = work.fresh(value.text);
  append_date(out, time, arguments[0].text);
  value = TemplateValue::of(out);
  return true;
}

}  // namespace

const FilterRule* find_filter(std::string_view name) {
  const auto found = std::ranges::find(kFilters, name, &FilterRule::name);
  return found == kFilters.end() ? nullptr : &*found;
}

std::string filter_names() {
  std::string names;
  for (const auto& rule : kFilters) names += fmt::format("{}{}", names.empty() ? "" : ", ", rule.name);
  return names;
}

bool can_fail(Filter filter) {
  return is_of_numbers(filter) || filter == Filter::date || filter == Filter::slice ||
         filter == Filter::truncate || filter == Filter::truncatewords || filter == Filter::whole_url;
}

std::string& FilterWork::fresh(std::string_view kept) {
  const std::less_equal<const char*> is_at_most;
  const auto& first = texts_[0];
  const bool is_in_first =
      is_at_most(first.data(), kept.data()) && is_at_most(kept.data(), first.data() + first.size());
  std::string& out = texts_[is_in_first ? 1 : 0];
  out.clear();
  return out;
}

bool FilterWork::charge(std::size_t octets) {
  spent_ += octets;
  if (spent_ <= kMostWork) return true;
  return fail("message_too_long", "it takes too much work. Use fewer filters or shorter values");
}

bool FilterWork::fail(std::string_view code, std::string text) {
  failure_ = {.kind = Error::Kind::invalid, .code = std::string(code), .message = std::move(text)};
  return false;
}

std::string_view text_of(const TemplateValue& value, std::string& room) {
  switch (value.kind) {
    case TemplateValue::Kind::nothing:
      return {};
    case TemplateValue::Kind::truth:
      return value.truth ? "true" : "false";
    case TemplateValue::Kind::number:
      room.clear();
      append_number(room, value.number);
      return room;
    case TemplateValue::Kind::text:
      break;
  }
  return value.text;
}

bool number_of(const TemplateValue& value, double& number, FilterWork& work) {
  if (value.kind == TemplateValue::Kind::number) {
    number = value.number;
    return true;
  }
  std::string room;
  const auto text = text_of(value, room);
  const auto read = value.kind == TemplateValue::Kind::text ? read_number(text) : std::nullopt;
  if (!read) {
    return work.fail("bad_value",
                     fmt::format("\"{}\" is no number. Write it in digits, with a point, as in 12.50",
                                 one_line(text, 60)));
  }
  number = *read;
  return true;
}

bool apply_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                  FilterWork& work) {
  std::size_t octets = 1 + value.text.size();
  for (const auto& argument : arguments) octets += argument.text.size();
  if (!work.charge(octets)) return false;
  if (filter == Filter::fill_in) {
    const bool is_false = value.kind == TemplateValue::Kind::truth && !value.truth;
    if (is_false || is_empty_or_blank(value)) value = arguments[0];
    return true;
  }
  if (value.is_unresolved()) return true;
  for (const auto& argument : arguments) {
    if (argument.is_unresolved()) {
      value = argument;
      return true;
    }
  }
  if (filter == Filter::date) return apply_date(value, arguments, work);
  return is_of_numbers(filter) ? apply_number_filter(filter, value, arguments, work)
                               : apply_text_filter(filter, value, arguments, work);
}

}  // namespace postrider

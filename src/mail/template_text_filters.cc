#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/text.h"
#include "mail/characters.h"
#include "mail/template_escape.h"
#include "mail/template_filter_kinds.h"
#include "mail/template_letter_case.h"

namespace postrider {
namespace {

constexpr double kMostCharacters = 1e6;

/// Octets of the first `count` characters; what is no UTF-8 counts by octets.
std::size_t octets_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0 && at < text.size(); --count) at += std::max<std::size_t>(utf8_length(text.substr(at)), 1);
  return at;
}

std::size_t characters_of(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += std::max<std::size_t>(utf8_length(text.substr(at)), 1);
  return count;
}

/// Letters beyond ASCII take many times the time of others.
bool charge_letters(std::string_view text, FilterWork& work) {
  return work.charge(is_ascii(text) ? 0 : 10 * text.size());
}

/// A whole number, as a count or a place.
bool count_of(const TemplateValue& value, double& count, FilterWork& work) {
  if (!number_of(value, count, work)) return false;
  count = std::clamp(std::trunc(count), -kMostCharacters, kMostCharacters);
  return true;
}

bool replace(std::string_view text, std::string_view wanted, std::string_view by, std::size_t most,
             TemplateValue& value, FilterWork& work) {
  std::string& out = work.fresh(text);
  while (most > 0 && !wanted.empty()) {
    const auto at = find_text(text, wanted);
    if (at == text.npos) break;
    out.append(text, 0, at);
    out += by;
    if (out.size() > FilterWork::kLongestText || !work.charge(by.size())) break;  // judged by the caller
    text.remove_prefix(at + wanted.size());
    --most;
  }
  out += text;
  value = TemplateValue::of(out);
  return true;
}

bool slice(std::string_view text, std::span<const TemplateValue> arguments, TemplateValue& value,
           FilterWork& work) {
  double begin = 0;
  double length = 1;
  if (!count_of(arguments[0], begin, work)) return false;
  if (arguments.size() > 1 && !count_of(arguments[1], length, work)) return false;
  if (begin < 0) begin += static_cast<double>(characters_of(text));
  if (begin < 0 || length < 0) {
    value = TemplateValue::of(std::string_view{});
    return true;
  }
  text.remove_prefix(octets_of(text, static_cast<std::size_t>(begin)));
  value = TemplateValue::of(text.substr(0, octets_of(text, static_cast<std::size_t>(length))));
  return true;
}

/// To so many characters, the ellipsis among them.
bool truncate(std::string_view text, std::span<const TemplateValue> arguments, TemplateValue& value,
              FilterWork& work) {
  double most = 50;
  if (!arguments.empty() && !count_of(arguments[0], most, work)) return false;
  std::string room;
  const auto ellipsis = arguments.size() > 1 ? text_of(arguments[1], room) : "...";
  const auto limit = static_cast<std::size_t>(std::max(most, 0.0));
  if (octets_of(text, limit) >= text.size()) {
    value = TemplateValue::of(text);
    return true;
  }
  const auto ending = characters_of(ellipsis);
  std::string& out = work.fresh(text);
  out += text.substr(0, octets_of(text, limit > ending ? limit - ending : 0));
  out += ellipsis;
  value = TemplateValue::of(out);
  return true;
}

/// To so many words, with one blank between each two, and the ellipsis behind. A text that has no
/// more stays as it is.
bool truncate_words(std::string_view text, std::span<const TemplateValue> arguments, TemplateValue& value,
                    FilterWork& work) {
  double most = 15;
  if (!arguments.empty() && !count_of(arguments[0], most, work)) return false;
  std::string room;
  const auto ellipsis = arguments.size() > 1 ? text_of(arguments[1], room) : "...";
  std::string& out = work.fresh(text);
  auto rest = strip_start(text);
  for (double taken = 0; taken < std::max(most, 1.0) && !rest.empty(); ++taken) {
    std::size_t length = 0;
    while (length < rest.size()) {
      const auto next = std::max<std::size_t>(utf8_length(rest.substr(length)), 1);
      if (is_blank_character(code_point(rest.substr(length), next))) break;
      length += next;
    }
    if (taken > 0) out += ' ';
    out += rest.substr(0, length);
    rest = strip_start(rest.substr(length));
  }
  if (!rest.empty()) out += ellipsis;
  value = TemplateValue::of(rest.empty() ? text : std::string_view(out));
  return true;
}

void strip_newlines(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && !text.substr(i).starts_with("\r\n")) out += text[i];
  }
}

/// The pieces of `text` between `separator`, the empty ones at the end left out. Without a separator
/// it is one piece.
bool split(Filter filter, std::string_view text, std::span<const TemplateValue> arguments,
           TemplateValue& value, FilterWork& work) {
  std::string separator_room;
  std::string joiner_room;
  const auto separator = text_of(arguments[0], separator_room);
  const auto joiner = arguments.size() > 1 ? text_of(arguments[1], joiner_room) : " ";
  while (!separator.empty() && text.ends_with(separator)) text.remove_suffix(separator.size());
  if (filter == Filter::split_join) {
    return replace(text, separator, joiner, text.size() + 1, value, work);
  }
  double pieces = text.empty() ? 0 : 1;
  std::string_view first = text;
  std::string_view last = text;
  while (!separator.empty()) {
    const auto at = find_text(last, separator);
    if (at == last.npos) break;
    if (pieces == 1) first = last.substr(0, at);
    last.remove_prefix(at + separator.size());
    ++pieces;
  }
  value = filter == Filter::split_first  ? TemplateValue::of(first)
          : filter == Filter::split_last ? TemplateValue::of(last)
                                         : TemplateValue::of(pieces);
  return true;
}

}  // namespace

bool apply_text_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                       FilterWork& work) {
  std::string value_room;
  std::string first_room;
  std::string second_room;
  std::string_view text = text_of(value, value_room);
  if (value.kind == TemplateValue::Kind::number) text = work.fresh({}).assign(text);
  const auto argument = [&](std::size_t i, std::string& room) { return text_of(arguments[i], room); };
  const auto write = [&](auto&& append) {
    std::string& out = work.fresh(text);
    append(out);
    value = TemplateValue::of(out);
    return true;
  };
  const bool fine = [&] {
    switch (filter) {
      case Filter::append:
        return write([&](std::string& out) { out.append(text).append(argument(0, first_room)); });
      case Filter::prepend:
        return write([&](std::string& out) { out.append(argument(0, first_room)).append(text); });
      case Filter::capitalize:
        return charge_letters(text, work) && write([&](std::string& out) { append_capitalized(out, text); });
      case Filter::downcase:
        return charge_letters(text, work) && write([&](std::string& out) { append_lower(out, text); });
      case Filter::upcase:
        return charge_letters(text, work) && write([&](std::string& out) { append_upper(out, text); });
      case Filter::lstrip:
        value = TemplateValue::of(strip_start(text));
        return true;
      case Filter::rstrip:
        value = TemplateValue::of(strip_end(text));
        return true;
      case Filter::strip:
        value = TemplateValue::of(strip_end(strip_start(text)));
        return true;
      case Filter::remove:
        return replace(text, argument(0, first_room), "", text.size(), value, work);
      case Filter::remove_first:
        return replace(text, argument(0, first_room), "", 1, value, work);
      case Filter::replace:
        return replace(text, argument(0, first_room), argument(1, second_room), text.size(), value, work);
      case Filter::replace_first:
        return replace(text, argument(0, first_room), argument(1, second_room), 1, value, work);
      case Filter::size:
        value = TemplateValue::of(static_cast<double>(characters_of(text)));
        return true;
      case Filter::slice:
        return slice(text, arguments, value, work);
      case Filter::strip_newlines:
        return write([&](std::string& out) { strip_newlines(text, out); });
      case Filter::truncate:
        return truncate(text, arguments, value, work);
      case Filter::truncatewords:
        return truncate_words(text, arguments, value, work);
      case Filter::url_decode:
        return write([&](std::string& out) { append_form_decoded(out, text); });
      case Filter::url_encode:
        return write([&](std::string& out) { append_form_encoded(out, text); });
      case Filter::whole_url: {
        std::string& out = work.fresh(text);
        if (!append_whole_url(out, text)) return work.fail("unsafe_url", unsafe_url(text));
        value = TemplateValue::of(out);
        return true;
      }
      case Filter::split_first:
      case Filter::split_last:
      case Filter::split_size:
      case Filter::split_join:
        return split(filter, text, arguments, value, work);
      default:  // of another group
        break;
    }
    CHECK(false);
    return false;
  }();
  if (!fine) return false;
  if (value.kind != TemplateValue::Kind::text) return true;
  if (value.text.size() <= FilterWork::kLongestText) return work.charge(value.text.size());
  return work.fail("message_too_long", "a value grows longer than 1 MiB");
}

}  // namespace postrider

// A payload is a head line of four numbers (recipient, ordinal, lengths of address and name), then
// address, name and the values as they are stored: lengths, not separators, since a cell of a list
// may hold any character. Written by a few appends, read without a search.

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "store/campaign_store.h"
#include "store/task_store.h"
#include "store/values.h"

namespace postrider {
namespace {

[[noreturn]] void damaged() {
  throw StoreFault(StoreFault::Kind::lost, "an email task's payload is damaged");
}

std::int64_t take_number(std::string_view& text, char end) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc{} || length == text.size() || *stop != end || value < 0) damaged();
  text.remove_prefix(length + 1);
  return value;
}

std::string take_text(std::string_view& text, std::size_t length) {
  if (text.size() < length) damaged();
  std::string taken(text.substr(0, length));
  text.remove_prefix(length);
  return taken;
}

}  // namespace

std::string encode_payload(RecipientId id, std::int64_t ordinal, std::string_view address,
                           std::string_view name, std::string_view stored_values) {
  std::string out;
  out.reserve(48 + address.size() + name.size() + stored_values.size());
  fmt::format_to(std::back_inserter(out), "{} {} {} {}\n", id.value, ordinal, address.size(), name.size());
  out += address;
  out += name;
  out += stored_values;
  return out;
}

EmailPayload decode_payload(std::string_view payload) {
  EmailPayload email;
  email.recipient = RecipientId{take_number(payload, ' ')};
  email.ordinal = take_number(payload, ' ');
  const auto address = static_cast<std::size_t>(take_number(payload, ' '));
  const auto name = static_cast<std::size_t>(take_number(payload, '\n'));
  email.address = take_text(payload, address);
  email.name = take_text(payload, name);
  email.values = decode_values(payload);
  return email;
}

}  // namespace postrider

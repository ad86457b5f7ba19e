#include "mail/tag_words.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kDigits = 6;  // of a tag's number: 1 MiB cannot hold a million tags

/// A digest of the text, so that the text does not hold it.
std::string word_start(std::string_view text) {
  std::array<unsigned char, 8> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  std::string word = "tag";
  for (const unsigned char octet : digest) word += fmt::format("{:02x}", octet);
  return word;
}

}  // namespace

TagWords::TagWords(std::string_view text) : marked_(take_tags_out(text)), start_(word_start(marked_.text)) {
  std::string_view rest = marked_.text;
  for (std::size_t tag = 0;; ++tag) {
    const auto mark = rest.find(kTagMark);
    text_ += rest.substr(0, mark);
    if (mark == rest.npos) return;
    text_ += fmt::format("{}{:0{}}", start_, tag, kDigits);
    rest.remove_prefix(mark + 1);
  }
}

const TemplateTag* TagWords::tag_at(std::string_view converted) const {
  if (!converted.starts_with(start_) || converted.size() < start_.size() + kDigits) return nullptr;
  std::size_t number = 0;
  for (const char digit : converted.substr(start_.size(), kDigits)) {
    if (digit < '0' || digit > '9') return nullptr;
    number = number * 10 + static_cast<std::size_t>(digit - '0');
  }
  return number < marked_.tags.size() ? &marked_.tags[number] : nullptr;
}

bool TagWords::are_conditions_only(std::string_view converted) const {
  bool any = false;
  for (converted = trim(converted); !converted.empty(); converted = trim(converted)) {
    const auto* tag = tag_at(converted);
    if (tag == nullptr || tag->kind == TemplateTag::Kind::output) return false;
    any = true;
    converted.remove_prefix(start_.size() + kDigits);
  }
  return any;
}

bool TagWords::closes_its_conditions(std::string_view converted) const {
  int depth = 0;
  for (auto at = converted.find(start_); at != converted.npos; at = converted.find(start_, at + 1)) {
    const auto* tag = tag_at(converted.substr(at));
    if (tag == nullptr) continue;
    if (tag->kind == TemplateTag::Kind::opens) ++depth;
    if (tag->kind == TemplateTag::Kind::branches && depth == 0) return false;
    if (tag->kind == TemplateTag::Kind::closes && --depth < 0) return false;
  }
  return depth == 0;
}

bool TagWords::holds_condition(std::string_view converted) const {
  for (auto at = converted.find(start_); at != converted.npos; at = converted.find(start_, at + 1)) {
    const auto* tag = tag_at(converted.substr(at));
    if (tag != nullptr && tag->kind != TemplateTag::Kind::output) return true;
  }
  return false;
}

std::string TagWords::with_tags(std::string_view converted) const {
  std::string marks;
  std::vector<std::string> tags;
  while (true) {
    const auto at = std::min(converted.find(start_), converted.size());
    marks += converted.substr(0, at);
    converted.remove_prefix(at);
    if (converted.empty()) return put_tags_back(marks, tags);
    const auto* tag = tag_at(converted);
    if (tag != nullptr) {
      marks += kTagMark;
      tags.emplace_back(tag->text);
    }
    converted.remove_prefix(tag != nullptr ? start_.size() + kDigits : 1);
    if (tag == nullptr) marks += 't';  // the first letter of a word that is none
  }
}

}  // namespace postrider

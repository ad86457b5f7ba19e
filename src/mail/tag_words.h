#pragma once
// TagWords: a template whose tags stand for words of ASCII letters and digits while somebody else's
// converter works on the text: it leaves words alone wherever they stand, also within links. Only
// for markdown.cc. Pure; linear.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/tag_marks.h"

namespace postrider {

class TagWords {
 public:
  /// `text` (at most 1 MiB) must outlive this.
  explicit TagWords(std::string_view text);

  const std::string& text() const { return text_; }  ///< with words

  /// The converter's result with the tags back in it; see put_tags_back.
  std::string with_tags(std::string_view converted) const;

  bool starts_with_tag(std::string_view converted) const { return tag_at(converted) != nullptr; }

  /// Whether there is a tag in it that is no output: what stands there depends on a condition.
  bool holds_condition(std::string_view converted) const;

  /// Whether each condition that begins or ends in it does both there.
  bool closes_its_conditions(std::string_view converted) const;

  /// Whether there are tags, none of which is an output, and nothing else but blanks.
  bool are_conditions_only(std::string_view converted) const;

 private:
  const TemplateTag* tag_at(std::string_view converted) const;

  MarkedTemplate marked_;
  std::string start_;  ///< of each word; the tag's number follows
  std::string text_;
};

}  // namespace postrider

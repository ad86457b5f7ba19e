#pragma once
// HtmlReader: HTML, whose template tags are marks (tag_marks.h), cut into text, start and end tags.
// About as browsers read it, also where it is broken. Only for html_text.cc. Pure; linear.

#include <string>
#include <string_view>
#include <vector>

namespace postrider {

struct HtmlAttribute {
  std::string_view name;       ///< as written
  std::string_view value;      ///< as written, without its quotes; entities and marks still in it
  std::size_t first_mark = 0;  ///< number of the first mark at or after its start
};

struct HtmlToken {
  enum class Kind { text, start, end, dropped };
  Kind kind = Kind::text;
  std::string_view text;  ///< of a text, entities and marks still in it
  std::string name;       ///< of an element, lower case
  std::vector<HtmlAttribute> attributes;
  std::size_t first_mark = 0, end_mark = 0;  ///< numbers of the marks within, [first, end)

  const HtmlAttribute* attribute(std::string_view wanted) const;
};

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : rest_(html) {}

  /// False at the end. Comments, declarations and the content of script, style and the like are
  /// tokens of kind dropped, of which only the marks matter.
  bool next(HtmlToken& token);

 private:
  void take(HtmlToken& token, HtmlToken::Kind kind, std::size_t length);
  void read_element(HtmlToken& token);
  std::size_t read_attribute(HtmlToken& token, std::size_t at) const;
  std::size_t text_length() const;

  std::string_view rest_;
  std::size_t marks_ = 0;         ///< how many were passed
  std::string raw_text_element_;  ///< whose content comes next
};

}  // namespace postrider

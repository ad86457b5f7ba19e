#pragma once
// HtmlPlace: where in an HTML document a template's text stands, followed octet by octet over its
// literal text (WHATWG HTML §13.2.5, as far as it decides what a value may be there). It answers,
// for each output, how its value must be escaped, or why none may stand there. Only for the
// template. Pure, linear.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace postrider {

/// What happens to the text of an output before it is appended.
enum class Escaping : std::uint8_t {
  none,
  line,       ///< line ends and control characters become blanks
  html,       ///< & < > " ' become character references: in an element's text, in a quoted attribute
  url_start,  ///< must be a whole http, https, mailto or tel address
  url_path,   ///< percent-encoded but for "/"
  url_mail,   ///< after "mailto:" or "tel:": percent-encoded but for "@", "+" and ","
  url_query   ///< percent-encoded
};

class HtmlPlace {
 public:
  struct Fault {
    std::size_t at = 0;
    std::string what;  ///< a sentence without its point
  };

  /// Goes over literal text; of a raw block when `verbatim`. What is wrong with it, if anything is.
  std::optional<Fault> follow(std::string_view text, bool verbatim);

  /// Goes over an output: how to escape it, or a sentence that says why none may stand here and what
  /// to do.
  std::expected<Escaping, std::string> output();

  /// Whether a "<br />" would be one here.
  bool takes_markup() const { return state_ == State::text; }

  /// The place after one of two branches. False when they end in different places. Where only the
  /// parts of a URL differ, no output may follow in that URL.
  bool join(const HtmlPlace& other);

  /// Empty at the end of a whole document; else what is not closed.
  std::string unfinished() const;

  bool operator==(const HtmlPlace&) const = default;

 private:
  enum class State : std::uint8_t {
    text,
    raw_text,  ///< style, script and others whose content is no HTML
    tag_open,
    tag_name,
    in_tag,  ///< between attributes
    attribute_name,
    after_attribute_name,
    before_value,
    unquoted_value,
    quoted_value,
    declaration,  ///< after "<!"
    comment,
    bogus_comment
  };
  enum class Use : std::uint8_t { plain, url, url_list, refused };
  enum class UrlPart : std::uint8_t { start, undecided, path, mail, query, refused, unknown };

  void step(char c);
  void step_in_raw_text(char c);
  void step_after_opening(char c);
  void step_in_tag(char c);
  void step_in_comment(char c);
  void begin_attribute(char c);
  void begin_text();
  void begin_value();
  void end_value();
  void end_tag();
  void follow_url(char c);
  std::expected<Escaping, std::string> url_output();

  State state_ = State::text;
  bool closes_ = false;    ///< the tag is an end tag
  bool joined_ = false;    ///< branches ended at different places of a tag: a blank or ">" must follow
  bool verbatim_ = false;  ///< raw_text_ is of the kind whose outputs are texts: title, textarea
  char quote_ = '"';
  Use use_ = Use::plain;
  UrlPart part_ = UrlPart::start;
  std::string tag_;        ///< lower case
  std::string attribute_;  ///< lower case
  std::string unsure_;     ///< an element behind which programs read differently; empty: none so far
  std::string raw_tag_;    ///< whose end tag ends the raw text
  std::string seen_;       ///< begin of a URL's scheme, of "<!--", of an end tag, or dashes of a comment
};

}  // namespace postrider

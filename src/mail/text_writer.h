#pragma once
// TextWriter: plain text out of the flow of an HTML page: white space folded, blocks apart by at most
// one blank line, lists and quotes indented. Knows nothing of HTML. Line ends and blanks around a
// conditional tag stay on the side of it where the page has them, so that the text comes out right
// whichever branch a recipient gets. Only for html_text.cc. Pure.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mail/tag_marks.h"

namespace postrider {

class TextWriter {
 public:
  void text(std::string_view decoded);          ///< white space folds
  void preformatted(std::string_view decoded);  ///< blanks and line ends stay
  void tag(const TemplateTag& tag);
  void break_line();
  void start_block(
      int line_ends);  ///< what follows stands on a line of its own: 1, or 2 for a blank line before
  void start_cell();   ///< what follows stands apart on the same line
  void indent(std::string_view marker, std::string_view others);  ///< of the first line, of all others
  void outdent();

  /// A piece of text, with marks for its tags, after what is there; a blank stays where it was.
  void append_link(std::string_view url, const std::vector<std::string>& tags);

  /// What was written from a position on, for looking at it; blanks at a line's end come off again.
  std::size_t position() const { return out_.size(); }
  std::string_view since(std::size_t position) const {
    return std::string_view{out_}.substr(std::min(position, out_.size()));
  }
  std::size_t depth() const { return branches_.size(); }  ///< of conditional tags that are open

  std::string finish();           ///< a template
  std::string finish_rendered();  ///< a text; there were no tags

 private:
  /// Where the text stands; of two branches that meet, what both have.
  struct Place {
    int line_ends = 2;  ///< just written; the start counts as if a blank line were before it
    bool after_blank = true;
  };
  struct Branches {
    Place before, ends;
    bool any_ended = false;
    bool has_else = false;
  };

  void write_line_ends();
  void write_prefix();
  void show();    ///< something visible comes next
  void settle();  ///< a conditional tag comes next
  void end_branch();
  void append_tag(std::string text);
  void trim_end();

  std::string out_;
  std::vector<std::string> tags_;
  std::vector<Branches> branches_;
  std::vector<std::string> prefixes_;
  std::size_t hidden_indents_ = 0;
  std::size_t last_depth_ = 0;  ///< of prefixes, where something visible was written last
  std::string marker_;          ///< instead of the last prefix, once
  Place place_;
  int wanted_line_ends_ = 0;
  bool blank_ = false;
  bool cell_ = false;
  bool swallow_ = false;  ///< white space after a tag that ends with a dash
};

}  // namespace postrider

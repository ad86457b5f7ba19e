#include "mail/markdown.h"

namespace postrider {

Result<std::string> markdown_to_html(std::string_view markdown_template) {
  return std::string(markdown_template);
}

}  // namespace postrider

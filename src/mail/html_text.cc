#include "mail/html_text.h"

namespace postrider {

std::string html_to_text(std::string_view html_template) {
  return std::string(html_template);
}

}  // namespace postrider

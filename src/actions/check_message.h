#pragma once
// Looks at one written message for what people overlook: links that lead nowhere, images without a
// description, no way to unsubscribe, a subject in capitals. Sentences for people. Pure.

#include <string>
#include <vector>

#include "mail/message.h"

namespace postrider {

std::vector<std::string> check_message(const MessageParts& parts);

}  // namespace postrider

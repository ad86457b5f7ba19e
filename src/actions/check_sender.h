#pragma once
// What the sender's address says to those who judge mail by it: a From of another domain than the
// login's, or of a free provider through another server, is what forgers send. Pure.

#include <string>
#include <vector>

#include "campaign/mailbox.h"

namespace postrider {

std::vector<std::string> check_sender(const Mailbox& mailbox);

}  // namespace postrider

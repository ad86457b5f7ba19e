#pragma once
// Mock mode (MOCK_EMAIL_SENDING): sessions that never open a socket. Every email is accepted with
// "250 OK (Mock Mode)", so that everything around sending can be tried without any mail leaving.

#include <memory>

#include "mail/session.h"

namespace postrider {

std::unique_ptr<Sessions> make_mock_sessions();

}  // namespace postrider

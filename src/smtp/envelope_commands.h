#pragma once
// EnvelopeCommands: an envelope spelled out as SMTP commands (RSET where one is due, MAIL, RCPT, DATA)
// with what each reply is about. Spelled as a whole before a byte is sent, so that a bad address is
// refused first. Pure.

#include <array>
#include <expected>
#include <string>

#include "mail/reply.h"
#include "mail/session.h"
#include "smtp/capabilities.h"

namespace postrider {

struct EnvelopeCommands {
  struct Step {
    Stage stage = Stage::mail;
    bool reset = false;   ///< its reply matters only if the line is lost
    std::size_t end = 0;  ///< of its command in `text`
  };
  std::string text;
  std::array<Step, 4> steps;
  std::size_t count = 0;
  bool may_do_without_parameters = false;  ///< MAIL has some that are not needed
};

/// `bare`: MAIL without the parameters it can do without. The error: an address that cannot be said.
std::expected<EnvelopeCommands, Trouble> spell(const Envelope& envelope, const Capabilities& offers,
                                               bool bare, bool reset);

/// Why this server cannot take the envelope, known before it is asked; nothing: it may.
std::optional<Trouble> local_refusal(const Envelope& envelope, const Capabilities& offers);

}  // namespace postrider

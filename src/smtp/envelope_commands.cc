#include "smtp/envelope_commands.h"

#include "smtp/command.h"

namespace postrider {
namespace {

std::unexpected<Trouble> malformed(Stage stage, const char* enhanced, std::string text) {
  std::string shown = text;
  return std::unexpected(
      Trouble{Trouble::Kind::reply, stage, {501, enhanced, std::move(text)}, std::move(shown)});
}

}  // namespace

std::optional<Trouble> local_refusal(const Envelope& envelope, const Capabilities& offers) {
  if (offers.max_size > 0 && envelope.size > offers.max_size) {
    return Trouble{Trouble::Kind::too_big,
                   Stage::mail,
                   {0, "5.3.4", {}},
                   "The message has " + std::to_string(envelope.size) + " octets, the server takes at most " +
                       std::to_string(offers.max_size) + "."};
  }
  if (envelope.needs_smtputf8 && !offers.smtputf8) {
    return Trouble{Trouble::Kind::needs_utf8,
                   Stage::mail,
                   {0, "5.6.7", {}},  // RFC 6531 §3.5
                   "The address has characters beyond ASCII, and the server does not offer SMTPUTF8."};
  }
  return std::nullopt;
}

std::expected<EnvelopeCommands, Trouble> spell(const Envelope& envelope, const Capabilities& offers,
                                               bool bare, bool reset) {
  MailParameters parameters;
  if (!bare && offers.size && envelope.size > 0) parameters.size = envelope.size;
  parameters.eight_bit = !bare && envelope.has_8bit && offers.eight_bit_mime;
  parameters.smtputf8 = envelope.needs_smtputf8;

  EnvelopeCommands commands;
  commands.may_do_without_parameters = parameters.size || parameters.eight_bit;
  const auto end_step = [&commands](Stage stage, bool is_reset) {
    commands.steps[commands.count++] = {stage, is_reset, commands.text.size()};
  };
  if (reset) {
    commands.text += rset_command;
    end_step(Stage::mail, true);
  }
  if (!append_mail(commands.text, envelope.from.local, envelope.from.domain, parameters)) {
    return malformed(Stage::mail, "5.1.7", "The sender's address is malformed.");
  }
  end_step(Stage::mail, false);
  if (!append_rcpt(commands.text, envelope.to.local, envelope.to.domain)) {
    return malformed(Stage::rcpt, "5.1.3", "The recipient's address is malformed.");
  }
  end_step(Stage::rcpt, false);
  commands.text += data_command;
  end_step(Stage::data, false);
  return commands;
}

}  // namespace postrider

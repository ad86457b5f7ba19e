// doctor: what keeps mail from leaving, what shows it, and what to type next.

#include "actions/doctor.h"
#include "app/verbs/finding_output.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

void add_doctor_verb(VerbTable& table) {
  auto campaign = std::make_shared<std::optional<std::int64_t>>();
  auto* verb = table.verb(&table.root(), "doctor", "Find what keeps mail from leaving, and say what to do",
                          "postrider doctor --campaign 7",
                          [campaign](VerbContext& context, Output& output) -> VerbResult {
                            auto around = context.actions.look_around();
                            const auto id = *campaign ? std::optional{CampaignId{**campaign}} : std::nullopt;
                            const auto findings = examine(context.actions, around, id);
                            if (!findings) return std::unexpected(findings.error());
                            return print_findings(output, *findings, context.server_runs);
                          });
  add_number(verb, "--campaign", *campaign, 1, INT64_MAX,
             "Only what this campaign needs: its queue, its mailboxes");
}

}  // namespace postrider

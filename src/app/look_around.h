#pragma once
// Looking around for the doctor: files, modes, disk, key and port of one installation, as this process
// sees them. Changes nothing. Does I/O; thread safe.

#include <string>
#include <vector>

#include "actions/doctor_surroundings.h"
#include "app/settings.h"

namespace postrider {

/// Everything but where it listens, which is known by whoever asks.
DoctorSurroundings look_around(const Settings& settings, const std::vector<SettingWarning>& warnings,
                               const std::string& database_file);

/// For when no server of ours runs: whether `listen` could be taken.
void look_at_port(const std::string& listen, DoctorSurroundings& around);

}  // namespace postrider

// SPDX-License-Identifier: Apache-2.0
// scsi_tgt/ as SCST's procfs of 2008 has it, file for file; and module/, drivers/ and scsi/ around it.
#pragma once

#include "control/system.h"

namespace scsilo::control {

// scsi_tgt/
class ProcLayout final : public Layout {
  public:
    explicit ProcLayout(System &system);
    void group_added(const std::string &name) override;
    void group_removed(const std::string &name) override;

  private:
    void add_core_files(Directory &at);
    void add_vdisk(Directory &at);

    System &system_;
    std::shared_ptr<Directory> groups_;
};

// module/scst_local/, drivers/scst_local/, scsi/
class LocalLayout final : public Layout {
  public:
    explicit LocalLayout(System &system);
    void host_added(unsigned number) override;
    void host_removed(unsigned number) override;

  private:
    System &system_;
    std::shared_ptr<Directory> adapters_; // scsi/scst_ini_targ_debug
};

} // namespace scsilo::control

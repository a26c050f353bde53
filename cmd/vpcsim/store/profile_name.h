/*
 * profile_name: what the name of a hardware profile says of it, for profiles that are in no table (--lenient-profiles).
 */
#ifndef VPCSIM_PROFILE_NAME_H
#define VPCSIM_PROFILE_NAME_H

#include "vpcsim/store/store.h"

/*
 * Reads "bx4d-2x10", "gx4-32x256x2b200", and for bare metal "bx4d-metal-48x256": family, virtual CPUs, memory and GPUs.
 * A family with z as its second letter is s390x, every other one amd64; one that ends in d has disks of its own. The
 * name and the GPU's model in `ret_profile` are borrowed from `name`. False: the name is not well formed.
 */
bool profile_name_read(const char *name, bool bare_metal, struct profile *ret_profile);

#endif

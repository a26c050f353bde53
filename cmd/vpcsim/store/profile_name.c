/* Reads the names of hardware profiles (profile_name.h). */
#include "vpcsim/store/profile_name.h"

#include <stdlib.h>
#include <string.h>

enum { VCPU_MAX = 1024, MEMORY_MAX = 65536, GPUS_MAX = 64, DISK_GB_PER_VCPU = 32 };

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char lower_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

/* A number without leading zeros up to `max`; moves `*at` behind it; 0: there is none. */
static unsigned take_number(const char **at, unsigned max)
{
    size_t digits = strspn(*at, "0123456789");

    if (digits == 0 || digits > 6 || **at == '0') {
        return 0;
    }
    unsigned long number = strtoul(*at, NULL, 10);
    *at += digits;
    return number <= max ? (unsigned)number : 0;
}

static bool take_character(const char **at, char wanted)
{
    bool taken = **at == wanted;

    *at += taken;
    return taken;
}

/* "x2b200": how many of which model; nothing at all is right, too. */
static bool take_gpus(const char **at, struct profile *profile)
{
    if (**at == '\0') {
        return true;
    }
    if (!take_character(at, 'x')) {
        return false;
    }
    profile->gpus = take_number(at, GPUS_MAX);
    profile->gpu_model = *at;
    profile->gpu_manufacturer = "nvidia";
    profile->gpu_memory = 80;
    return profile->gpus > 0 && strspn(*at, lower) > 0 && strspn(*at, lower_digits) == strlen(*at);
}

static const char *family_of(char letter, bool gpu)
{
    switch (letter) {
    case 'c':
        return "compute";
    case 'm':
        return "memory";
    case 'n':
        return "nano";
    case 'o':
        return "storage_optimized";
    case 'u':
        return "ultra_high_memory";
    case 'v':
        return "very_high_memory";
    default:
        return gpu ? "gpu" : "balanced";
    }
}

bool profile_name_read(const char *name, bool bare_metal, struct profile *ret_profile)
{
    size_t size = strspn(name, lower_digits);
    struct profile profile = {.name = name, .sockets = bare_metal ? 2 : 1};
    const char *at = name + size;

    /* bmx2-24x384 is bare metal without saying so with -metal */
    bool metal = strncmp(at, "-metal", 6) == 0;
    at += metal ? 6 : 0;
    if (size < 2 || size > 16 || strspn(name, lower) < 2 || (metal && !bare_metal) ||
        (bare_metal && !metal && strncmp(name, "bm", 2) != 0) || !take_character(&at, '-')) {
        return false;
    }
    profile.vcpu = take_number(&at, VCPU_MAX);
    bool by = take_character(&at, 'x');
    profile.memory = take_number(&at, MEMORY_MAX);
    if (profile.vcpu == 0 || !by || profile.memory == 0 || !take_gpus(&at, &profile)) {
        return false;
    }
    bool s390x = name[1] == 'z' || (name[1] == 'm' && name[2] == 'z');
    profile.architecture = s390x ? "s390x" : "amd64";
    profile.manufacturer = s390x ? "ibm" : name[size - 1] == 'a' ? "amd" : "intel";
    profile.family = family_of(name[0], profile.gpus > 0);
    profile.disks = bare_metal || name[size - 1] == 'd' ? 1 : 0;
    profile.disk_size = profile.disks * profile.vcpu * DISK_GB_PER_VCPU;
    *ret_profile = profile;
    return true;
}

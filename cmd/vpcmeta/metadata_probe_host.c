/* What /proc, /sys, /etc/passwd and the environment say of who may reach the metadata service. */
#include "metadata_probe_host.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem/mem.h"

enum { LINE_MAX_BYTES = 512, PASSWD_LINE_MAX = 4096, BRIDGES_SHOWN = 4, USERS_MAX = 4096 };

void metadata_probe_host_free(struct metadata_probe_host *host)
{
    text_free(&host->bridges);
    text_free(&host->http_proxy);
    text_free(&host->https_proxy);
    text_free(&host->no_proxy);
}

/* The first line of the file that has one of the words; false where the file cannot be read, too. */
static bool file_names(const char *path, const char *const words[])
{
    FILE *file = fopen(path, "re");
    char line[LINE_MAX_BYTES];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL) {
        for (size_t i = 0; words[i] != NULL; i++) {
            found = found || strstr(line, words[i]) != NULL;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

/* The marks that Docker, Podman and Kubernetes leave; with a cgroup namespace the last one says nothing. */
static bool is_container(void)
{
    static const char *const words[] = {"docker", "kubepods", "libpod", "containerd", "lxc", NULL};

    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           getenv("KUBERNETES_SERVICE_HOST") != NULL || file_names("/proc/1/cgroup", words);
}

/* --- the network --------------------------------------------------------------------------------------- */

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A bridge has a folder of that name (linux/Documentation/ABI/testing/sysfs-class-net). */
static void find_bridges(struct text *ret)
{
    struct dirent **entries = NULL;
    int count = scandir("/sys/class/net", &entries, is_visible, by_name);
    unsigned found = 0;

    for (int i = 0; i < count; i++) {
        CLEANUP(text_free) struct text path = {0};
        text_printf(&path, "/sys/class/net/%s/bridge", entries[i]->d_name);
        if (access(text_string(&path), F_OK) == 0 && found++ < BRIDGES_SHOWN) {
            text_printf(ret, "%s%s", ret->size > 0 ? ", " : "", entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    if (found > BRIDGES_SHOWN) {
        text_printf(ret, " and %u more", found - BRIDGES_SHOWN);
    }
}

static bool kernel_forwards(void)
{
    static const char *const words[] = {"1", NULL};

    return file_names("/proc/sys/net/ipv4/ip_forward", words);
}

/* --- users --------------------------------------------------------------------------------------------- */

static bool is_login_shell(const char *shell)
{
    const char *base = strrchr(shell, '/');

    base = base != NULL ? base + 1 : shell;
    return strcmp(base, "nologin") != 0 && strcmp(base, "false") != 0 && strcmp(base, "sync") != 0 &&
           strcmp(base, "halt") != 0 && strcmp(base, "shutdown") != 0;
}

/* Users of a directory service are not asked for: that may take long, and the service is another machine's. */
static unsigned count_logins(void)
{
    FILE *file = fopen("/etc/passwd", "re");
    char strings[PASSWD_LINE_MAX];
    struct passwd entry = {0};
    struct passwd *user = NULL;
    unsigned count = 0;

    while (file != NULL && fgetpwent_r(file, &entry, strings, sizeof(strings), &user) == 0) {
        count += user->pw_uid != 0 && is_login_shell(user->pw_shell);
    }
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static unsigned count_users(void)
{
    DIR *processes = opendir("/proc");
    struct {
        uid_t *items;
        size_t count, capacity;
    } users = {0};

    for (const struct dirent *entry; processes != NULL && (entry = readdir(processes)) != NULL;) {
        struct stat status;
        bool known = false;
        if (!isdigit((unsigned char)entry->d_name[0]) || fstatat(dirfd(processes), entry->d_name, &status, 0) != 0 ||
            status.st_uid == 0) {
            continue;
        }
        for (size_t i = 0; i < users.count; i++) {
            known = known || users.items[i] == status.st_uid;
        }
        if (!known && users.count < USERS_MAX) {
            *mem_list_add(&users) = status.st_uid;
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
    free(users.items);
    return (unsigned)users.count;
}

/* --- proxies ------------------------------------------------------------------------------------------- */

/* The first of the variables that is set to something, or "". */
static void find_variable(const char *const names[], struct text *ret)
{
    for (size_t i = 0; names[i] != NULL && ret->size == 0; i++) {
        const char *value = getenv(names[i]);
        text_append(ret, value != NULL && value[0] != '\0' ? names[i] : "");
    }
}

/* "169.254.0.0/16" covers the address. */
static bool network_covers(const char *entry, const char *host)
{
    const char *slash = strchr(entry, '/');
    char network[INET_ADDRSTRLEN];
    struct in_addr base, address;
    unsigned long bits = slash != NULL ? strtoul(slash + 1, NULL, 10) : 32;

    if (slash == NULL || (size_t)(slash - entry) >= sizeof(network) || bits > 32) {
        return false;
    }
    snprintf(network, sizeof(network), "%.*s", (int)(slash - entry), entry);
    uint32_t mask = bits == 0 ? 0 : htonl(UINT32_MAX << (32 - bits));
    return inet_pton(AF_INET, network, &base) == 1 && inet_pton(AF_INET, host, &address) == 1 &&
           (base.s_addr & mask) == (address.s_addr & mask);
}

/* An entry of no_proxy, as curl and the SDKs of Go and Python take it: the host, a domain it is in, a network, "*". */
static bool entry_covers(const char *entry, const char *host)
{
    const char *domain = entry[0] == '*' && entry[1] == '.' ? entry + 1 : entry;
    size_t size, host_size = strlen(host);

    domain += domain[0] == '.';
    size = strlen(domain);
    if (strcmp(entry, "*") == 0 || network_covers(entry, host)) {
        return true;
    }
    return size > 0 && size <= host_size && strcasecmp(host + host_size - size, domain) == 0 &&
           (size == host_size || host[host_size - size - 1] == '.');
}

static bool is_direct(const char *no_proxy, const char *host)
{
    CLEANUP(text_free) struct text list = {0};
    bool covered = false;

    text_append(&list, no_proxy);
    for (char *rest = list.data, *entry; (entry = strsep(&rest, ", \t")) != NULL;) {
        covered = covered || (entry[0] != '\0' && entry_covers(entry, host));
    }
    return covered;
}

static void read_proxies(struct metadata_probe_host *ret)
{
    /* curl takes HTTP_PROXY in small letters only, the SDKs of Go, Python and node in capitals as well */
    static const char *const http[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", NULL};
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
    static const char *const none[] = {"no_proxy", "NO_PROXY", NULL};

    find_variable(http, &ret->http_proxy);
    find_variable(https, &ret->https_proxy);
    find_variable(none, &ret->no_proxy);
    ret->has_no_proxy = ret->no_proxy.size > 0;
    text_append(&ret->no_proxy, ret->has_no_proxy ? "" : "NO_PROXY");
    const char *list = ret->has_no_proxy ? getenv(text_string(&ret->no_proxy)) : "";
    ret->address_is_direct = is_direct(list, "169.254.169.254");
    ret->name_is_direct = is_direct(list, "api.metadata.cloud.ibm.com");
}

void metadata_probe_host_read(struct metadata_probe_host *ret)
{
    *ret = (struct metadata_probe_host){
        .in_container = is_container(),
        .forwards = kernel_forwards(),
        .logins = count_logins(),
        .users = count_users(),
    };
    find_bridges(&ret->bridges);
    read_proxies(ret);
}

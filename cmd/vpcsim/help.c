/* The text of vpcsim --help. */
#include <stdio.h>

#include "options.h"

static const char help[] =
    "usage: vpcsim [OPTION...]\n"
    "A strict simulator of the IBM Cloud VPC API, its IAM and its metadata service, on loopback only.\n"
    "\n"
    "Server\n"
    "  --port N               port of 127.0.0.1 and ::1; 0 (default) picks one\n"
    "  --port-file FILE       write the port there when it listens\n"
    "  --threads N            threads that serve (2)\n"
    "  --tls                  https with a certificate made for localhost\n"
    "  --cert-out FILE        write that certificate there: use it as --ca-file\n"
    "  --log FILE             one JSON line a request, written before its answer leaves\n";

void options_print_help(void)
{
    fputs(help, stdout);
}

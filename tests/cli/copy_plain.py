"""Takes out of what vpcmeta printed what differs from run to run: ports, times, ids of runs and requests, and ids and
names that a simulator invents (they are not in the exported file).
usage: copy_plain.py KNOWN DATE FILE...   KNOWN: the UUIDs of the export, one a line; DATE: today; FILEs are rewritten"""
import re
import sys

UUID = r'[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
RULES = [(re.compile(pattern), by) for pattern, by in [
    (r'127\.0\.0\.1:[0-9]+', 'HOST'),
    (r'\b[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\b', 'RUN'),
    (r'"(request_id|trace|etag)": ?"[^"]*"', r'"\1":"ID"'),
    (r'\b(request|trace|transaction) ' + UUID, r'\1 ID'),
    (r'"([a-z_]+(_s|_ms|seconds))": ?[0-9.]+', r'"\1":0'),
    (r'\b[0-9]+(\.[0-9]+)? m?s\b', 'SECONDS'),
    (r'[0-9.]+(/s| a second| per second)', r'RATE\1'),
]]
# names of group members and the like: web-4f2a91c3
INVENTED = re.compile(r'\b((?:asg|instance|bare-metal)(?:-[a-z0-9]+)*)-[0-9a-f]{8}\b')
FINGERPRINT = re.compile(r'"fingerprint": ?"[0-9a-f]{64}"')
TODAY = re.compile(sys.argv[2] + r'[T ][0-9:.]+Z?')


def plain(text, known):
    lines = []
    for line in text.splitlines():
        for pattern, by in RULES:
            line = pattern.sub(by, line)
        line = TODAY.sub('TIME', line)
        fresh = re.sub(UUID, lambda found: found[0] if found[0] in known else 'NEW', line)
        fresh = INVENTED.sub(r'\1-NEW', fresh)
        if fresh != line: # of a finding: a digest of the CRN that was invented
            fresh = FINGERPRINT.sub('"fingerprint":"NEW"', fresh)
        lines.append((fresh != line, fresh.rstrip(',')))
    # what is new is sorted by an invented name: it stands where it was, in an order of its own
    new = iter(sorted(line for is_new, line in lines if is_new))
    return ''.join((next(new) if is_new else line) + '\n' for is_new, line in lines)


def main():
    with open(sys.argv[1], encoding='ascii') as file:
        known = set(file.read().split())
    for path in sys.argv[3:]:
        with open(path, encoding='utf-8') as file:
            text = file.read()
        with open(path, 'w', encoding='utf-8') as file:
            file.write(plain(text, known))


main()

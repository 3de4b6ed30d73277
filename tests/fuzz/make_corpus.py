#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the seeds of the fuzzers: make_corpus.py FOLDER (tests/fuzz/corpus).

The policies are made by an encoder of its own, from policy_format.h by hand:
if the module's decoder and the tool's encoder drift, these show it.
"""

import os
import struct
import sys

ALWAYS, NEVER, NO_UID = -2**63, 2**63 - 1, 2**32 - 1
NOW = 1790000000


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def text(value):
    raw = value.encode()
    return struct.pack("<H", len(raw)) + raw + b"\0"


def array(members):
    return struct.pack("<I", len(members)) + b"".join(members)


# ---- records ----


def meta(length, services, **with_):
    m = {"version": 1, "compiled_at": NOW - 3600, "stale_at": NEVER,
         "permissive_until": ALWAYS, "detail": 1, "contact": "ops@example.com",
         "magic": 0x42525754, "confirm": 0}
    m.update(with_)
    fixed = struct.pack("<IIQ", m["magic"], m["version"], length)
    body = fixed + b"i" * 16 + text("OR" + "0" * 32) + text("acme")
    body += struct.pack("<QqqQ", 42, m["compiled_at"], m["stale_at"], 7)
    body += b"h" * 32 + text("/etc/twrbac/twrbac.conf")
    body += struct.pack("<QqI", 100, NOW - 7200, 5) + b"k" * 16
    body += struct.pack("<Q", m["confirm"]) + b"b" * 16 + b"p" * 16
    body += struct.pack("<QIB", 41, 1000, m["detail"]) + text(m["contact"])
    body += struct.pack("<q", m["permissive_until"])
    return body + array([text(name) + struct.pack("<BBq", rule, subject, until)
                         for name, rule, subject, until in services])


def rule(demands, chain=((3, 1), (2, 1), (1, 1)), two_factor=0):
    return (text("acme/messaging/production") + struct.pack("<B", two_factor) +
            array([struct.pack("<IB", *link) for link in chain]) +
            array([struct.pack("<B", kind) + text(label) +
                   array([struct.pack("<I", r) for r in roles])
                   for kind, label, roles in demands]))


def login(holdings, uid=1000, status=1, kind=1, two_factor=1, tombstone=0):
    return (struct.pack("<BIBBB", tombstone, uid, status, kind, two_factor) +
            text("US" + "a" * 32) + text("Somebody") +
            array([struct.pack("<IIqqI", *h) for h in holdings]))


def exemptions(entries, system=()):
    return (array([text(service) + struct.pack("<I", needs) + text(name) +
                   struct.pack("<I", uid)
                   for service, needs, name, uid in entries]) +
            array([text(name) for name in system]))


# ---- the file ----


def cdb_hash(key):
    h = 5381
    for byte in key:
        h = ((h << 5) + h & 0xffffffff) ^ byte
    return h


def cdb(records):
    """records: function of the file's length, giving key and value pairs."""
    out = build(records(0))
    return build(records(len(out)))


def build(records):
    body, tables = b"", [[] for _ in range(256)]
    for key, value in records:
        value += struct.pack("<I", crc32c(key + value))
        h = cdb_hash(key)
        tables[h & 255].append((h, 2048 + len(body)))
        body += struct.pack("<II", len(key), len(value)) + key + value
    header, index, pos = b"", b"", 2048 + len(body)
    for table in tables:
        slots = [(0, 0)] * (2 * len(table))
        for h, at in table:
            i = (h >> 8) % len(slots)
            while slots[i][1]:
                i = (i + 1) % len(slots)
            slots[i] = (h, at)
        header += struct.pack("<II", pos + len(index), len(slots))
        index += b"".join(struct.pack("<II", *slot) for slot in slots)
    return header + body + index


def asked(roles, places):
    """What role questions may name."""
    records = [(b"Kr" + key.encode(), struct.pack("<B", 1) + text(key) +
                array([struct.pack("<I", n) for n in numbers]))
               for key, numbers in roles]
    records += [(b"Ks" + path.encode(), text(path) +
                 array([struct.pack("<IB", *link) for link in chain]))
                for path, chain in places]
    return records + [(b"K", struct.pack("<II", len(roles), len(places)))]


PLACES = [("acme", ((1, 1),)), ("acme/messaging", ((2, 1), (1, 1))),
          ("acme/closed", ((7, 3), (1, 1)))]
ROLE = [(1, "any_role hosts:login", (4, 5, 6))]
EXEMPT = [("login", 1, "root", 0), ("cron", 2, "", NO_UID),
          ("systemd-user", 4, "", NO_UID), ("*", 1, "carol", 1002)]
HELD = (4, 2, ALWAYS, NEVER, 0)


def policy(alice, the_rule=None, services=None, system=(), extra=(), **with_):
    services = services or [("sshd", 1, 1, ALWAYS), ("sudo", 1, 1, ALWAYS),
                            ("other", 1, 1, ALWAYS), ("su", 0, 1, NEVER)]
    the_rule = the_rule or rule(ROLE)

    def records(length):
        names = [(b"Nr" + struct.pack("<I", n), text("hosts:role-%d" % n))
                 for n in (4, 5, 6)]
        names += [(b"Ns" + struct.pack("<I", n), text(path)) for n, path in
                  ((1, "acme"), (2, "acme/messaging"),
                   (3, "acme/messaging/production"))]
        rules = [(b"R" + s[0].encode(), the_rule) for s in services if s[1]]
        return (names + rules + list(extra) +
                [(b"Lalice", alice), (b"Lbob", login([HELD], uid=1001)),
                 (b"X", exemptions(EXEMPT, system)),
                 (b"M", meta(length, services, **with_))])
    return cdb(records)


def policies():
    past, soon = NOW - 60, NOW + 60
    yield "granted", policy(login([HELD]))
    yield "parent", policy(login([(9, 9, ALWAYS, NEVER, 0),
                                  (6, 1, past, soon, 0)]))
    yield "ended", policy(login([(4, 3, ALWAYS, past, 0)]))
    yield "removed", policy(login([(4, 3, ALWAYS, past, 1)]))
    yield "not-yet", policy(login([(4, 3, soon, NEVER, 0)]))
    yield "resource", policy(login([(4, 3, ALWAYS, NEVER, 2)]))
    yield "tombstone", policy(login([], tombstone=1, uid=NO_UID))
    yield "suspended", policy(login([HELD], status=3))
    yield "scope-closed", policy(login([HELD]),
                                 rule(ROLE, ((3, 1), (2, 3), (1, 1))))
    yield "two-factor", policy(login([HELD], two_factor=3),
                               rule(ROLE, two_factor=1))
    yield "two-demands", policy(
        login([HELD, (5, 3, ALWAYS, NEVER, 0)]),
        rule(ROLE + [(2, "all_permissions /twrbac/hosts/sudo/run", (5,))]))
    yield "no-demand", policy(login([HELD]), rule([]))
    yield "permissive", policy(login([]), permissive_until=soon)
    yield "service-permissive", policy(
        login([]), services=[("sshd", 1, 2, soon), ("other", 1, 3, ALWAYS)])
    yield "clock-behind", policy(login([(4, 3, ALWAYS, soon, 0)]),
                                 compiled_at=NOW + 3600)
    yield "too-new", policy(login([HELD]), version=2)
    yield "no-magic", policy(login([HELD]), magic=1)
    yield "no-detail", policy(login([]), detail=2, contact="")
    yield "system", policy(login([HELD]), system=("daemon", "bin"),
                           extra=[(b"Ldaemon", login([], uid=1))])
    yield "wide", policy(login([(100 + n, 2, ALWAYS, NEVER, 0)
                                for n in range(60)] + [HELD]))
    yield "name-long", policy(login([HELD]), extra=[
        (b"Nr" + struct.pack("<I", 7), text("hosts:seven") + b"x"),
        (b"Ns" + struct.pack("<I", 7), b"")])
    yield "asked", policy(login([HELD]), extra=asked(
        [("hosts:login", (4, 5)), ("hosts:admin", (5,))], PLACES))
    yield "asked-nobody", policy(login([HELD]), extra=asked(
        [("hosts:login", ())], [("acme", ())]))
    yield "empty", build([])
    yield "short", b"\0" * 2047


# ---- texts ----

SID = "US" + "0123456789abcdef" * 2
TEXTS = {
    "args": {
        "all": "root\npolicy=/run/p.cdb\nbreak_glass=root,ops\n"
               "permissive_until=2026-12-31T00:00:00Z\ntell\ndebug",
        "none": "root",
        "twice": "root\ntell\ntell",
        "unknown": "root\nbrake_glass=root",
        "list": "ops\nbreak_glass=,ops,",
        "relative": "root\npolicy=p.cdb",
        "time": "x\npermissive_until=2026-02-30T00:00:00Z",
        "empty": "",
    },
    "time": {
        "utc": "2026-12-31T23:59:59Z", "east": "1970-01-01T00:30:00+01:00",
        "west": "9999-12-31T23:59:59-23:59", "leap": "2024-02-29T12:00:00Z",
        "no-leap": "2100-02-29T12:00:00Z", "local": "2026-12-01 18:00",
        "day": "2026-12-01", "minutes": "30m", "weeks": "5200w",
        "huge": "99999999999999999999d", "binary": "\0\0\0\0\0\0\0\u007f",
        "gap": "2026-03-29 02:30:00",
    },
    "sid": {
        "user": SID, "short": SID[:-1], "long": SID + "0",
        "upper": SID.upper(), "lower": "us" + SID[2:],
        "bytes": "\x01\x02\x7f!!",
        "prefix": "IY" + "f" * 32,
    },
    "sudo_group": {
        "role": "hosts:operator",
        "scope": "hosts:operator@acme/messaging/production",
        "sid": "hosts:operator@AC" + "0123456789abcdef" * 2,
        "blank": "hosts:operator@acme/Field Service",
        "escaped": "hosts\\:operator", "unix": "wheel", "number": "#0",
        "capitals": "HOSTS:OPERATOR", "two": "hosts:operator:x",
        "at": "users@example.com", "empty-scope": "hosts:operator@",
        "slash": "hosts:operator@acme//x", "control": "hosts:op\n",
        "long": "hosts:" + "o" * 300, "empty": "",
    },
    "logline": {
        "plain": "4c\nsshd\nalice\n\n192.0.2.7\nssh\nacme/messaging\n"
                 "any_role hosts:login\n" + SID + "\n\nops1\nops@example.com",
        "invoker": "d\nsudo\nroot\nbob\n\npts/1\nacme\nlabel\n-\n"
                   "policy: damaged: a \"record\"\nops1",
        "forged": "7c\nsshd\nx verdict=grant\n\" user=root\na\\x20b\n"
                  "\x1b[2J\n\u202e\n=\n\"\n\"\n\x07",
        "long": "4\n" + "s" * 80 + "\n" + "n" * 300 + "\nn\n" + "r" * 150 +
                "\n\n" + "é" * 500 + "\nd\nu\n" + "e" * 900,
        "flags": "1ffff\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk",
        "list": "3004\nsshd\nalice\n\n\n\na\n" + "any_role x, " * 40 +
                "\n\n\nops1\nops@example.com",
        "reasons": "8c04\nsshd\nalice",
        "empty": "",
    },
}

CONF = '''organization = "acme"; # name or SID
scope = "acme/messaging/production";
contact = "ops@example.com";
refusal_detail = "reason";
rules = (
  { services = ["sshd"]; any_role = ["hosts:login"]; },
  { services = ["sudo", "sudo-i"];
    any_permission = ["/twrbac/hosts/sudo/run"]; two_factor = true; },
  { services = ["su"]; scope = "acme/messaging"; subject = "invoker";
    all_roles = ["hosts:login", "hosts:admin"]; },
  { services = ["other"]; all_permissions = ["/twrbac/hosts/sudo/admin"]; }
);
exempt = (
  { logins = ["root"]; services = ["login", "su"]; },
  { system_accounts = true; services = ["cron"]; },
  { everyone = true; services = ["systemd-user"]; }
);
permissive = ( { services = ["sshd"]; until = "2026-10-31T00:00:00Z"; } );
'''
SMALL = 'scope = "a";\nrules = ( { services = ["x"]; %s } );\n'
TEXTS["config"] = {
    "whole": CONF,
    "mode": CONF + "policy_mode = 0644; policy_max_age = 86400;\n",
    "small": SMALL % 'any_role = ["r"];',
    "no-demand": SMALL % "",
    "comma": CONF.replace("} );", "}, );"),
    "unknown": CONF.replace("any_role", "any_rolle"),
    "type": CONF.replace("true", '"yes"'),
    "twice": CONF + 'scope = "b";\n',
    "joined": SMALL % 'any_role = ["a" "b"];',
    "include": '@include "other.conf"\n' + CONF,
    "unended": CONF[:-40] + '"',
    "comment": "/* " + CONF,
    "nul": SMALL % 'any_role = ["r\\x00s"];',
    "star": CONF.replace('["cron"]', '["*"]'),
    "empty": "",
}

TEXTS["names"] = {
    "login": "alice", "dash": "-x", "digits": "12345", "slash": "a/b",
    "colon": "a:b", "blank": "a b", "control": "a\tb", "long": "n" * 257,
    "email": "ops@example.com", "two-at": "a@b@c", "sid": SID,
    "path": "acme/messaging/production", "dots": "..",
    "permission": "/twrbac/hosts/sudo/run", "key": "hosts:login",
    "utf-8": "Zo\u00eb \u202eevil", "empty": "",
}

ROLE_TEXT = """  { key = "hosts:%s"; sid = "IX%032d"; sid_origin = "local";
    type = "custom"; group = "Hosts"; name = "%s"; description = "One";
    assignable_at = [ "organization", "account", "subaccount" ];
    permissions = [ "/twrbac/hosts/session/open" ]; %s }"""
ROLES = "roles = (\n%s\n);\n"
ONE = ROLE_TEXT % ("one", 1, "One", 'includes = [ "hosts:two" ];')
TWO = ROLE_TEXT % ("two", 2, "Two", "")
BACK = ROLE_TEXT % ("two", 2, "Two", 'includes = [ "hosts:one" ];')
SAME = ROLE_TEXT % ("two", 1, "Two", "")
TEXTS["catalogue"] = {
    "two": ROLES % (ONE + ",\n" + TWO),
    "loop": ROLES % (ONE + ",\n" + BACK),
    "missing": ROLES % ONE,
    "twice": ROLES % (TWO + ",\n" + TWO),
    "same-sid": ROLES % (ONE + ",\n" + SAME),
    "bad-key": ROLES % TWO.replace("hosts:two", "Two"),
    "bad-type": ROLES % TWO.replace('"custom"', "1"),
    "empty": "",
}


# The first byte says how the file is cut.
TEXTS["csv"] = {
    "plain": "\1user,scope,role\nbob,acme,hosts:login\n",
    "crlf": "\2a,b\r\n1,2\r\n",
    "quoted": '\0"a,b","c ""d"""\n"e\nf\r\n",g\n',
    "empty": "\0\n\r\n,\n\"\"\n",
    "mark": "\1\ufeffa,b\n\ufeff,c",
    "stray": '\3a"b,c\n"a"b\nd\n',
    "unclosed": '\0a\n"b,c\nd,e\n',
    "cr": "\0a\rb\n\rc\nd\r",
    "nul": "\0a\0b\n\"\0\"\n",
    "wide": "\7" + "a," * 70 + "\n" + "b," * 63 + "c\n",
    "long": "\xff" + "x" * 300 + ",\"" + "y\"\"" * 100 + "\"\n",
    "unicode": "\0M\u00fcller,\u6771\U0001f600\n",
}

# ---- organizations ----

ORGANIZATION = '''organization = { name = "acme"; sid = "OR%s"; };
settings = { role_limit = 25; };
scopes = (
  { path = "acme/a"; sid = "AC%s"; owner = "alice@example.com"; },
  { path = "acme/a/b"; status = "suspended"; },
  { path = "acme/a/c"; status = "closed"; }
);
roles = (
  { key = "ops:deploy"; group = "Ops"; name = "Deploy"; description = "d";
    assignable_at = [ "account", "subaccount" ];
    permissions = [ "/acme/deploy/run" ]; includes = [ "hosts:login" ]; }
);
users = (
  { email = "alice@example.com"; name = "Alice"; organization_role = "owner";
    two_factor = "enrolled"; logins = ( { name = "alice"; uid = 1001; } ); },
  { email = "bot@example.com"; kind = "service"; status = "inactive"; }
);
assignments = (
  { user = "alice@example.com"; scope = "acme"; role = "hosts:admin"; },
  { user = "bot@example.com"; scope = "acme/a/b"; role = "ops:deploy";
    from = "2026-01-01T00:00:00Z"; until = "2027-01-01T00:00:00Z";
    reason = "INC-1"; resource_type = "x"; resource_id = "y"; }
);
tests = ( { login = "alice"; service = "sshd"; allow = true; },
  { login = "bot"; service = "sudo"; scope = "acme/a"; allow = false; } );
''' % ("0" * 32, "1" * 32)
TEXTS["organization"] = {
    "whole": ORGANIZATION,
    "sub-first": ORGANIZATION.replace("acme/a/b", "acme/b/b"),
    "no-owner": ORGANIZATION.replace(' owner = "alice@example.com";', ""),
    "quoted": ORGANIZATION.replace('"Alice"', '"A\\"\\\\ \\x41 \u00e9"'),
    "twice": ORGANIZATION.replace("bot@", "ALICE@"),
    "backwards": ORGANIZATION.replace("2027", "2025"),
    "deep": ORGANIZATION.replace("acme/a/c", "acme/a/b/c"),
    "empty": "",
}

# The first line is the login that is looked for.
PASSWD = "root:x:0:0::/:/bin/sh\nbin:x:2:2::/:/bin/sh\n"
TEXTS["passwd"] = {
    "first": "root\n" + PASSWD, "last": "bin\n" + PASSWD,
    "none": "bi\n" + PASSWD, "longer": "bins\n" + PASSWD,
    "twice": "bin\n" + PASSWD + "bin:x:3:3::/:/bin/sh\n",
    "no-uid": "bin\nbin:x::2::/:\nbin:x:2:2::/:/bin/sh\n",
    "cut": "bin\nbin:x:12", "huge": "bin\nbin:x:4294967295:0:",
    "most": "bin\nbin:x:4294967294:0:", "sign": "bin\nbin:x:-2:0:",
    "zeros": "bin\nbin:x:0000000000000002:0:",
    "uid-min": "x\n# a\nUID_MIN 500\nUID_MIN 0x3e8 # b\n",
    "uid-min-bad": "x\nUID_MIN -1\n", "empty": "",
}

TEXTS["find"] = {
    "scope": "acme/new/one", "former": "acme/old/one", "deep": "a/b/c/d",
    "slash": "acme/", "case": "ACME", "email": "Alice@Example.com",
    "login": "bob", "key": "hosts:login", "role": "Billing Manager",
    "sid": "IX" + "0" * 32, "like": "acme/%", "near": "acme/nwe",
    "long": "acme/" + "n" * 300, "control": "acme\x1b[2J", "empty": "",
}

# A byte for each choice; those that are missing are drawn.
TEXTS["differential"] = {
    "drawn": "", "first": "\0" * 600, "last": "\x7f" * 600,
    "rising": "".join(chr(n % 128) for n in range(900)),
    "wide": "".join(chr(n * 37 % 128) for n in range(900)),
}

# ---- lines of the log ----

EVENT = ("event=7Q2M4KXA verdict=deny reason=role-ended service=sshd login=ann"
         " user=" + SID + " target=- invoker=- scope=acme/web demand=hosts:login"
         " role=hosts:login@acme at=2023-11-14T21:13:20Z rhost=- tty=ssh"
         " serial=42")
MORE = EVENT + " policy=prev clock=behind conf=edited by=conf error=\"a \\x3d b\""
SAID = "pam_twrbac(sshd:account): "
TEXTS["logread"] = {
    "plain": EVENT,
    "more": MORE + "\n",
    "syslog": "Nov 20 20:14:03 ops1 sshd[17]: " + SAID + EVENT + "\n" * 2,
    "raw": "<85>Nov  2 20:14:03 sshd[17]: " + SAID + MORE + "\r\n",
    "iso": "2026-11-20T20:14:03.5+01:00 ops1 sudo: " + SAID + EVENT,
    "rfc5424": "<85>1 2026-11-20T20:14:03Z ops1 sshd 17 - - " + SAID + EVENT,
    "quoted": "Nov 20 20:14:03 ops1 sshd[17]: Invalid user " + SAID + EVENT,
    "escapes": SAID + EVENT.replace("=ann", "=\\x1b\\xc3\\xa9\\x5c"),
    "wrong": SAID + EVENT.replace("=ann", "=\\x41"),
    "export": "__CURSOR=x\nMESSAGE=" + SAID + EVENT + "\n_UID=0\n_PID=17\n"
              "_HOSTNAME=ops1\n_SOURCE_REALTIME_TIMESTAMP=1795205643999999\n"
              "\n__CURSOR=y\nMESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n_UID=1\n\n",
    "export-cut": "__CURSOR=x\nMESSAGE\n\x7f\0\0\0\0\0\0\0a",
    "long": "x" * 9000 + "\n" + EVENT,
}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_corpus.py FOLDER")
    seeds = {name: {k: v.encode() for k, v in texts.items()}
             for name, texts in TEXTS.items()}
    seeds["policy"] = dict(policies())
    for name, files in seeds.items():
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        for key, data in files.items():
            with open(os.path.join(folder, key), "wb") as file:
                file.write(data)


main()

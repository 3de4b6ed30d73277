# SPDX-License-Identifier: BSD-2-Clause
"""What roles cost in sudo: "sudo -n true" as nobody, in turn.

Part of tests/bench/run, inside its namespace. Files of /etc that sudo reads
are covered by others; what is installed on the machine is not touched.
"""

import os
import shutil
import statistics
import subprocess

ROUNDS = int(os.environ.get("TWR_BENCH_SUDO_ROUNDS", "250"))
LOGIN = "nobody"
GROUPS = 1000
PLUGIN_FOLDERS = ("/usr/libexec/sudo", "/usr/lib/sudo", "/usr/lib64/sudo",
                  "/usr/local/libexec/sudo")
PERMIT = "".join("%s required pam_permit.so\n" % kind
                 for kind in ("auth", "account", "session"))
SUDOERS = """Defaults !fqdn, !lecture, !authenticate, env_reset
%s
%s ALL = (ALL) ALL
"""


def why_not(build):
    """Why sudo cannot be measured here, or None."""
    if shutil.which("sudo") is None or shutil.which("setpriv") is None:
        return "sudo or setpriv is not installed"
    if not os.path.exists(build + "/sudo_twrbac.so"):
        return "sudo_twrbac.so is not built"
    for path in "/etc/sudoers", "/etc/pam.d/sudo":
        if not os.path.exists(path):
            return path + " is missing"
    return None


def group_file():
    for folder in PLUGIN_FOLDERS:
        if os.path.exists(folder + "/group_file.so"):
            return folder + "/group_file.so"
    return None


class Variant:
    """One sudoers and one pam.d/sudo, and what they cost."""

    def __init__(self, world, key, title, defaults, who, account=""):
        self.key, self.title = key, title
        self.files = (("/etc/sudoers", "%s/sudoers-%s" % (world, key),
                       SUDOERS % (defaults, who), 0o440),
                      ("/etc/pam.d/sudo", "%s/pam-%s" % (world, key),
                       account + PERMIT, 0o644))
        self.cpu, self.wall = [], []
        for _, path, text, mode in self.files:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(path, mode)

    def run(self, measure):
        for target, path, _, _ in self.files:
            subprocess.run(["mount", "--bind", path, target], check=True)
        try:
            done = subprocess.run(
                ["setpriv", "--reuid", LOGIN, "--clear-groups", "--regid",
                 "65534", measure, "sudo", "-n", "true"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False)
        finally:
            for target, _, _, _ in self.files:
                subprocess.run(["umount", target], check=True)
        if done.returncode != 0:
            raise RuntimeError("%s: exit status %d: %s" % (
                self.title, done.returncode, done.stdout))
        wall, cpu, _ = done.stdout.split()
        self.wall.append(float(wall))
        self.cpu.append(float(cpu))

    def ratio(self, other):
        """Of CPU: the wall clock is mostly that of other processes."""
        return statistics.median(
            a / b for a, b in zip(self.cpu, other.cpu))


def variants(world, build, small, large):
    plugin = world + "/sudo_twrbac.so"
    shutil.copy(build + "/sudo_twrbac.so", plugin)
    os.chmod(plugin, 0o644)
    ours = 'Defaults group_plugin="' + plugin + ' policy=%s/policy.cdb"'
    gate = ("account [success=ok ignore=ignore default=die] " + build +
            "/pam_twrbac.so break_glass=root tell policy=%s/policy.cdb\n")
    role = '"%:hosts:login"'
    rows = [("user", "a plain line for the user", "", LOGIN, ""),
            ("role", "a role, 10^3 assignments", ours % small, role, ""),
            ("large", "a role, 10^6 assignments", ours % large, role, ""),
            ("permit", "pam_permit once more", "", LOGIN,
             "account required pam_permit.so\n"),
            ("gate", "the gate in PAM, 10^6 assignments", "", LOGIN,
             gate % large)]
    own = group_file()
    if own is not None:
        groups = world + "/groups"
        with open(groups, "w", encoding="ascii") as file:
            for i in range(GROUPS):
                file.write("g%d:x:%d:%s\n" % (
                    i, 100000 + i, LOGIN if i == GROUPS - 1 else "daemon"))
        rows.append(("file", "sudo's group_file.so, 1,000 groups",
                     'Defaults group_plugin="%s %s"' % (own, groups),
                     '"%%:g%d"' % (GROUPS - 1), ""))
    return [Variant(world, *row) for row in rows]


def measure(world, build, small, large, say):
    """All variants by key, or the reason why there are none."""
    reason = why_not(build)
    if reason is not None:
        return reason
    folder = world + "/sudo"
    os.mkdir(folder, 0o755)
    vs = variants(folder, build, small, large)
    for v in vs:  # warm
        v.run(build + "/bench/measure")
        v.cpu, v.wall = [], []
    for i in range(ROUNDS):
        say("sudo, round %d of %d" % (i + 1, ROUNDS))
        at = i % len(vs)
        for v in vs[at:] + vs[:at]:
            v.run(build + "/bench/measure")
    return {v.key: v for v in vs}


def show(found):
    print("\"sudo -n true\" as %s, whole processes, medians of %d rounds in "
          "turn:" % (LOGIN, ROUNDS))
    for v in found.values():
        print("  %-40s %8.2f ms wall %8.2f ms CPU %6.2f of the plain line" % (
            v.title, 1000 * statistics.median(v.wall),
            1000 * statistics.median(v.cpu), v.ratio(found["user"])))
    print()


def aims(found):
    """Rows for the table of aims."""
    user = found["user"]
    rows = [("sudo by role beside a plain line, 10^3", "<=", 1.05,
             found["role"].ratio(user), "%.3f"),
            ("the same, 10^6", "<=", 1.05, found["large"].ratio(user),
             "%.3f"),
            ("sudo by role at 10^6 beside 10^3", "<=", 1.02,
             found["large"].ratio(found["role"]), "%.3f"),
            ("the gate in sudo's stack beside pam_permit", "<=", 1.06,
             found["gate"].ratio(found["permit"]), "%.3f")]
    if "file" in found:
        rows.append(("a role beside group_file.so, 1,000 groups", "<=", 1.0,
                     found["large"].ratio(found["file"]), "%.3f"))
    return tuple(rows)

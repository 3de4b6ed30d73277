# SPDX-License-Identifier: BSD-2-Clause
"""Make mutants of C files, compile them, run the tests on them, and say
which survive. Output is TAP and the same on every run."""

import collections
import concurrent.futures
import hashlib
import os
import resource
import shutil
import signal
import subprocess
import threading

from c_source import Source
from operators import Operators

# A mutant that loops is stopped by the processor time it takes, which a busy
# machine does not change: so many times what the tests take, and seconds.
CPU_FACTOR, CPU_LEAST = 5, 1
MEMORY_KB = 4 << 20
# And one that waits for what never comes. Nothing that is judged by it waits.
WALL_SECONDS = 300

# inputs: objects and archives to link with; args: of the program
Suite = collections.namedtuple("Suite", "name inputs args environment")


class Project:
    """How to compile and link here, where to work, which tests there are."""

    def __init__(self, root, compile_command, link_command, libs, suites, work):
        self.root = root
        self.compile_command = compile_command
        self.link_command = link_command
        self.libs = libs
        self.suites = suites  # path of a source -> its suites, own ones first
        self.work = work

    def compile(self, text, out):
        """From standard input: no name of a file gets into the object."""
        command = [*self.compile_command, "-c", "-x", "c", "-", "-o", out]
        done = subprocess.run(
            command,
            input=text.encode(),
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode == 0, done.stdout.decode(errors="replace")

    def link(self, obj, suite, out):
        command = [*self.link_command, "-o", out, obj, *suite.inputs, *self.libs]
        done = subprocess.run(
            command,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode == 0, done.stdout.decode(errors="replace")

    def run(self, program, suite, folder, seconds):
        """True when the tests pass within so many seconds of processor time."""
        limited = [
            "sh",
            "-c",
            'ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; shift 2; exec "$@"',
            "sh",
            str(seconds),
            str(MEMORY_KB),
            program,
            *suite.args,
        ]
        environment = dict(os.environ, TWR_TEST_BASE=folder, **suite.environment)
        with subprocess.Popen(
            limited,
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as child:
            try:
                return child.wait(WALL_SECONDS) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                kill_group(child.pid)


def kill_group(pid):
    """A mutant may have left children behind."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class Mutant:
    """One change. state: new, broken (does not compile), same (as the
    original or as a mutant before it), killed, survived."""

    def __init__(self, path, function, mutation, text):
        self.path = path
        self.function = function
        self.mutation = mutation
        self.text = text
        self.occurrence = 1
        self.object = None
        self.state = "new"
        self.killer = None
        self.twin = None  # the mutant before it of the same code

    @property
    def key(self):
        m = self.mutation
        return (self.path, self.function, m.original, m.changed, self.occurrence)


def derive(path, text, kin):
    """All mutants of a file, each text once, in the order of the source."""
    source = Source(text, path)
    mutants, texts, seen = [], {text}, collections.Counter()
    for function in source.functions:
        for m in Operators(source, function, kin).found:
            mutated = text[: m.start] + m.text + text[m.end :]
            if mutated in texts:
                continue
            texts.add(mutated)
            mutant = Mutant(path, function.name, m, mutated)
            seen[mutant.key] += 1
            mutant.occurrence = seen[mutant.key]
            mutants.append(mutant)
    return mutants


class Run:
    """One file's mutants against its suites."""

    def __init__(self, project, path):
        self.project = project
        self.path = path
        self.suites = project.suites[path]
        self.limits = {}
        self.stop = threading.Event()

    def prove_original(self, text):
        """The tests must pass without a mutation; returns what is wrong."""
        obj = os.path.join(self.project.work, "original.o")
        good, said = self.project.compile(text, obj)
        if not good:
            return f"{self.path} does not compile:\n{said}"
        for suite in self.suites:
            before = _cpu()
            why = self._try(obj, suite, "original", 600)
            if why is not None:
                return f"{self.path}: {suite.name} fails without a mutation: {why}"
            used = _cpu() - before
            self.limits[suite.name] = int(used * CPU_FACTOR) + CPU_LEAST
        self.original = _digest(obj)
        return None

    def _try(self, obj, suite, job, seconds):
        """None when the suite passes, else a word for why not."""
        folder = os.path.join(self.project.work, f"{job}.{suite.name}")
        program = folder + ".program"
        good, said = self.project.link(obj, suite, program)
        if not good:
            return "does not link: " + said
        os.mkdir(folder, 0o755)
        passed = self.project.run(program, suite, folder, seconds)
        shutil.rmtree(folder, ignore_errors=True)
        os.unlink(program)
        return None if passed else "fails"

    def compile_all(self, mutants, pool):
        """Those whose object nobody had before are left in state new."""

        def one(numbered):
            number, mutant = numbered
            obj = os.path.join(self.project.work, f"{number}.o")
            if self.stop.is_set() or not self.project.compile(mutant.text, obj)[0]:
                mutant.state = "broken"
                return
            mutant.object = obj

        list(pool.map(one, enumerate(mutants)))
        seen = {self.original: None}
        for mutant in mutants:
            if mutant.object is None:
                continue
            digest = _digest(mutant.object)
            if digest in seen:
                mutant.state, mutant.twin = "same", seen[digest]
                os.unlink(mutant.object)
            else:
                seen[digest] = mutant

    def judge_all(self, mutants, pool):
        def one(mutant):
            if mutant.state != "new" or self.stop.is_set():
                return
            job = os.path.basename(mutant.object)
            mutant.state = "survived"
            for suite in self.suites:
                limit = self.limits[suite.name]
                if self._try(mutant.object, suite, job, limit) is not None:
                    mutant.state, mutant.killer = "killed", suite.name
                    break
            os.unlink(mutant.object)

        list(pool.map(one, mutants))


def _digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).digest()


def _cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge(project, path, kin, every=1):
    """The mutants of one file, judged; every: take each n-th only."""
    with open(os.path.join(project.root, path), encoding="utf-8") as f:
        text = f.read()
    run = Run(project, path)
    wrong = run.prove_original(text)
    if wrong is not None:
        raise RuntimeError(wrong)
    mutants = derive(path, text, kin)
    taken = mutants[::every]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            run.compile_all(taken, pool)
            run.judge_all(taken, pool)
        except BaseException:
            run.stop.set()
            raise
    return mutants, taken

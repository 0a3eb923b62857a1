"""A process that opens what strangers sent: bounded memory and processor, no network, nothing written, nothing read but programs.

Everything here is inherited by what the process starts. Linux only, as the service is; what a kernel cannot do is told, not hidden.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

#: Address space of the process and of each that it starts.
MEMORY = 1024**3
_FILES = 64

# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h
_PDEATHSIG, _SECCOMP, _NO_NEW_PRIVILEGES, _FILTER = 1, 22, 38, 2
_LOAD, _EQUAL, _GREATER_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1
#: By machine: its audit number, and those of socket, connect, bind, io_uring_setup (which can do the same), ptrace.
_CALLS = {"x86_64": (0xC000003E, (41, 42, 49, 425, 101)), "aarch64": (0xC00000B7, (198, 203, 200, 425, 117))}
#: x86_64 knows every call a second time under numbers from here on.
_X32 = 0x40000000

# linux/landlock.h: system calls and the rights of its first version, all handled; those that reading a program needs are given.
_CREATE, _ADD, _RESTRICT, _BENEATH = 444, 445, 446, 1
_EXECUTE, _READ_FILE, _READ_FOLDER, _ALL = 1 << 0, 1 << 2, 1 << 3, (1 << 13) - 1


def confine(memory: int = MEMORY, tools: Iterable[str] = ()) -> list[str]:
    """Give up what reading a file does not need; what could not be given up, in words. For the whole life of the process.

    ``tools``: programs and folders outside the system's own that stay readable.
    """
    lacking: list[str] = []
    limits = {"RLIMIT_AS": memory, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": _FILES}
    for name, most in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError):
            lacking.append(name)
    libc = ctypes.CDLL(None, use_errno=True)
    # When the service is killed, so is what it was having read.
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        lacking.append("no_new_privs")
    if not _landlock(libc, tools):
        lacking.append("landlock")
    if not _no_network(libc):
        lacking.append("seccomp")
    return lacking


def allow_seconds(seconds: float) -> None:
    """So much processor time from now on; past it the process is ended by the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _no_network(libc: ctypes.CDLL) -> bool:
    known = _CALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    audit, calls = known
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, len(calls) + 3, audit),
        (_LOAD, 0, 0, 0),
        (_GREATER_EQUAL, len(calls) + 1, 0, _X32),
        *((_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    packed = b"".join(struct.pack("=HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(packed, len(packed))
    described = struct.pack("=H6xQ", len(program), ctypes.addressof(held))
    return bool(libc.prctl(_SECCOMP, _FILTER, ctypes.create_string_buffer(described, len(described)), 0, 0) == 0)


def _landlock(libc: ctypes.CDLL, tools: Iterable[str]) -> bool:
    """Let nothing be read but programs, libraries and their data: neither the service's data nor its keys."""
    rights = struct.pack("=Q", _ALL)
    ruleset = libc.syscall(_CREATE, ctypes.create_string_buffer(rights, len(rights)), ctypes.c_size_t(len(rights)), 0)
    if ruleset < 0:
        return False
    code = Path(__file__).resolve().parent.parent
    places = {sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc", "/proc/self", "/dev/null", "/dev/urandom"}
    places |= {str(code / name) for name in ("core", "processors", "connectors", "engine", "document_worker.py")}
    places |= {entry for entry in sys.path if "site-packages" in entry or "dist-packages" in entry}
    places |= set(filter(None, (*tools, os.environ.get("TESSDATA_PREFIX", ""))))
    done = True
    for place in sorted(places):
        with contextlib.suppress(OSError):
            descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
            given = _EXECUTE | _READ_FILE | (_READ_FOLDER if Path(place).is_dir() else 0)
            rule = struct.pack("=Qi", given, descriptor)
            rule_at = ctypes.create_string_buffer(rule, len(rule))
            done = libc.syscall(_ADD, ruleset, _BENEATH, rule_at, 0) == 0 and done
            os.close(descriptor)
    restricted = libc.syscall(_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return restricted and done

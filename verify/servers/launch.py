"""Becomes another program that dies with its parent; run as a script, standard library only.

`python -I -S launch.py PARENT SIGNAL IDENTITY PROGRAM ARGUMENT…`, with IDENTITY one of `same`, `mapped`, `nobody`.
A program of its own and not a `preexec_fn`: code between fork and exec may deadlock in a process with threads.
"""

import contextlib
import ctypes
import os
import sys
from pathlib import Path

#: The user PostgreSQL runs as when we are root: it refuses to run as uid 0.
NOBODY = 65534
#: Exit codes a shell would give.
CANNOT_RUN, PARENT_GONE = 126, 125

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def main(arguments: list[str]) -> int:
    parent, signal, identity, *program = arguments
    try:
        change_identity(identity)
        die_with_parent(int(signal))
        # The parent may have died before the kernel was told to watch it.
        if os.getppid() != int(parent):
            return PARENT_GONE
        os.execv(program[0], program)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"cannot run {program[0]}: {error}\n")
    return CANNOT_RUN


def change_identity(identity: str) -> None:
    """`mapped`: the program sees itself as nobody, while its files stay ours. Raises OSError."""
    if identity == "mapped":
        uid, gid = os.geteuid(), os.getegid()
        enter_user_namespace()
        # An ordinary user may map its group only after giving up setgroups; root need not.
        with contextlib.suppress(PermissionError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    elif identity == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def enter_user_namespace() -> None:
    """os.unshare came with Python 3.12; we run on 3.11 too."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def die_with_parent(signal: int) -> None:
    """After the change of identity, which would clear it. macOS has nothing like it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

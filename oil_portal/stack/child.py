"""Become another program that dies when its parent dies; run by path, standard library only.

    python child.py PARENT_PID SIGNAL USER PROGRAM ARGUMENT...

SIGNAL is what the program gets when the parent is gone, USER the account to run it as ("" for the same one). A wrapper
and not `preexec_fn`, which is unsafe beside threads. Linux does the watching itself; elsewhere this process stays and
looks at its parent twice a second.
"""

import ctypes
import os
import pwd
import signal
import sys
import time

PR_SET_PDEATHSIG = 1


def become(user: str) -> None:
    """Give up the present account for another; only root can."""
    account = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def ask_kernel(number: int) -> bool:
    """Have the kernel send us this signal when the parent dies; survives exec. False where there is no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    return ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) == 0


def watch(parent: int, number: int, command: list[str]) -> int:
    """Run the command and pass signals on; when our parent is another than `parent`, send it the signal."""
    child = os.spawnvp(os.P_NOWAIT, command[0], command)
    for passed_on in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(passed_on, lambda signum, frame: os.kill(child, signum))
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if os.getppid() != parent:
            os.kill(child, number)
            parent = os.getppid()
        time.sleep(0.5)


def main() -> None:
    """Read the command line and become the program."""
    parent, number, user, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    if user:
        become(user)
    if not ask_kernel(number):
        sys.exit(watch(parent, number, command))
    if os.getppid() != parent:  # it died before the kernel knew of us
        sys.exit(1)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()

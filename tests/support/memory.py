"""Where the tests' files are kept: in memory, as nothing of them has to outlive the machine."""

import shutil

PLACE, ROOM = "/dev/shm", 4 * 2**30


def memory() -> str | None:
    """A file system in memory with room for the tests' databases, None where there is none.

    Copying and dropping them there takes a sixth of the time, and a commit waits for no disk.
    """
    try:
        free = shutil.disk_usage(PLACE).free
    except OSError:
        return None
    return PLACE if free >= ROOM else None

"""A disk of its own whose power a test cuts: an ext4 image, mounted through a loop device.

The cut is ext4's own emergency stop (EXT4_IOC_SHUTDOWN without flushing its log): from that moment
nothing more reaches the image, and what had not been forced to it is gone after the next mount, as
when a plug is pulled. Needs root and loop devices; `why_not` says what is missing.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_LOG_FLUSH = 2
BUSY_S_MAX = 15


class LoopDisk:
    """`root` is where it is mounted."""

    def __init__(self, image: Path, root: Path) -> None:
        self._image = image
        self.root = root

    @classmethod
    @contextlib.contextmanager
    def plugged_in(cls, megabytes: int = 400) -> Iterator[LoopDisk]:
        """A fresh, empty disk; gone with the block."""
        # not below pytest's folder, which others may not enter; PostgreSQL is another user
        home = Path(tempfile.mkdtemp(prefix="loa-disk-"))
        home.chmod(0o755)
        disk = cls(home / "image", home / "root")
        disk.root.mkdir()
        with disk._image.open("wb") as image:
            image.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0",
             disk._image)  # fmt: skip
        disk._mount()
        try:
            yield disk
        finally:
            if os.path.ismount(disk.root):
                # lazily: a browser of a test that failed may still have files open there
                _run("umount", "--lazy", disk.root)
            shutil.rmtree(home, ignore_errors=True)

    def sync(self) -> None:
        """Force everything to it, as before the first customer comes."""
        os.sync()

    def cut(self) -> int:
        """The power goes. Returns the monotonic clock just before (ns)."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            at = time.monotonic_ns()
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_LOG_FLUSH))
        finally:
            os.close(descriptor)
        return at

    def replug(self) -> None:
        """Power again: what the kernel remembered is forgotten, the journal is replayed."""
        self._unmount()
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", "loop", self._image, self.root)
        self.root.chmod(0o755)

    def _unmount(self) -> None:
        end = time.monotonic() + BUSY_S_MAX
        while subprocess.run(["umount", self.root], capture_output=True, check=False).returncode:
            if not os.path.ismount(self.root):
                return
            assert time.monotonic() < end, f"{self.root} is still in use"
            time.sleep(0.05)


@functools.cache
def why_not() -> str | None:
    """Why this machine cannot cut the power of a disk; None if it can."""
    if os.geteuid() != 0:
        return "not root"
    try:
        with LoopDisk.plugged_in(16) as disk:
            (disk.root / "unsaved").write_text("gone")
            disk.cut()
            disk.replug()
            if (disk.root / "unsaved").exists():
                return "the cut lost nothing"
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)

"""Server processes under test: started, waited for, and their CPU time and memory read."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running server process; `ready_seconds` from its start to its first answer."""

    process: subprocess.Popen[bytes]
    port: int
    ready_seconds: float

    def cpu(self) -> float:
        """CPU seconds used so far by the process (user and system)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def start(
    command: Sequence[str], port: int, settings: Mapping[str, str], path: str = "/health/ready"
) -> Server:
    """Starts a command and waits until it answers on its port; raises RuntimeError."""
    environment = {**os.environ, **settings}
    started = time.perf_counter()
    with tempfile.TemporaryFile() as log:  # the child keeps it open
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        while time.perf_counter() - started < 60:
            if process.poll() is not None:
                break
            if _answers(port, path):
                return Server(process, port, time.perf_counter() - started)
            time.sleep(0.02)
        process.kill()
        process.wait()
        log.seek(0)
        raise RuntimeError(f"{command} did not start:\n{log.read().decode()[-3000:]}")


def _answers(port: int, path: str) -> bool:
    try:
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

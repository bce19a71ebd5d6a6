"""A server whose disk did not confirm a write: it says so, answers nothing more, and ends with 5; started again it goes on."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairlead.errors import SyncFault
from fairlead.store.files import sync_folder, write_durably
from tests.faults.stage import REPO, verified
from tests.rooms.desk.tiny import Tiny

BROKEN = """
import os, sys
from pathlib import Path
flag, whole = Path(sys.argv.pop(1)), os.fsync
def fsync(descriptor):
    if flag.exists():
        raise OSError(5, "Input/output error")
    whole(descriptor)
os.fsync = fsync
from fairlead.door.cli import main
main()
"""
READY_S = 30


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ask(port: int, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str, str]:
    """Status, body, and the cookie that came."""
    one = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    one.request(method, path, body=body, headers=headers)
    answer = one.getresponse()
    return answer.status, answer.read().decode(), str(answer.getheader("set-cookie", "")).partition(";")[0]


def test_p6_a_server_stops_when_the_disk_does_not_confirm_a_write(tmp_path: Path) -> None:
    tiny, flag, port = Tiny(tmp_path / "node"), tmp_path / "broken", free_port()
    said = tmp_path / "said"
    command = [sys.executable, "-c", BROKEN, str(flag), "serve", "--node", str(tiny.root), "--port", str(port)]
    with said.open("w") as out:
        process = subprocess.Popen(command, cwd=REPO, stdout=out, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + READY_S
        while "#" not in said.read_text() or not up(port):
            assert time.monotonic() < until
            assert process.poll() is None, said.read_text()
            time.sleep(0.05)
        token = next(link for link in re.findall(r"Watch officer of the cutter.*?#(\S+)", said.read_text(), re.DOTALL))
        status, _, cookie = ask(port, "POST", "/sign-in", f"token={token}")
        assert status == 200
        wanted = f"/as/cutter-watch/lead/{'0' * 32}.json?purpose=interdiction"
        assert ask(port, "GET", wanted, cookie=cookie)[0] == 403
        flag.touch()
        status, body, _ = ask(port, "GET", wanted, cookie=cookie)
        assert status == 503
        assert "did not confirm" in body
        assert process.wait(timeout=10) == SyncFault.exit_code == 5
    finally:
        process.kill()
        process.wait()
    assert "the disk did not confirm a write" in said.read_text()
    assert "start again" in said.read_text()
    assert "Traceback" not in said.read_text()
    node = tiny.opened()
    assert node.recover() >= 1, "what was committed is published when the disk is whole again"
    node.close()
    verified(tiny.root)


def up(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_sync_that_fails_is_its_own_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(SyncFault, match="not known"):
        write_durably(tmp_path / "file", b"x")
    assert not (tmp_path / "file").exists()
    with pytest.raises(SyncFault):
        sync_folder(tmp_path)

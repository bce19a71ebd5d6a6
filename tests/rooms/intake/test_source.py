"""Real sockets that drop, stall and flood: a stream goes on, nothing is lost silently, and memory stays bounded."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairlead.errors import BadFile, BadInput
from fairlead.intake.source import BLOCK_BYTES, BLOCKS_MAX, Source, opened

PATIENCE_S = 20.0


class Peer:
    """A TCP server on this machine; each connection is served by the next of `turns`, then it hangs up."""

    def __init__(self, turns: list[Callable[[socket.socket], None]]) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._turns = turns
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for turn in self._turns:
            with contextlib.suppress(OSError):
                connection, _ = self._server.accept()
                with connection:
                    turn(connection)
        self._server.close()


def gathered(source: Source, until: Callable[[bytes], bool]) -> bytes:
    """What a stream gave until something is true of it."""
    found = b""
    end = time.monotonic() + PATIENCE_S
    for block in source.blocks(0.05):
        found += block
        if until(found) or time.monotonic() > end:
            break
    return found


def sends(*parts: bytes) -> Callable[[socket.socket], None]:
    def turn(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return turn


def test_a_peer_that_hangs_up_is_called_again_and_a_cut_sentence_does_not_run_on() -> None:
    peer = Peer([sends(b"!one\n!tw"), sends(b"!three\n")])
    waits: list[float] = []
    with opened(f"tcp://127.0.0.1:{peer.port}", wait=waits.append, chance=lambda: 0.5) as source:
        found = gathered(source, lambda all_: b"!three" in all_)
    assert found.split() == [b"!one", b"!tw", b"!three"]
    assert source.account.connections >= 2
    assert source.account.lost_connections >= 1
    assert waits[0] == 0.5


def test_a_peer_that_is_not_there_is_called_ever_more_rarely_up_to_a_minute() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    waits: list[float] = []
    enough = threading.Event()

    def wait(wait_s: float) -> None:
        waits.append(wait_s)
        if len(waits) >= 10:
            enough.set()
            time.sleep(0.05)

    with opened(f"tcp://127.0.0.1:{port}", wait=wait, chance=lambda: 0.5) as source:
        assert enough.wait(PATIENCE_S)
    assert waits[:9] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert str(port) in source.account.fault


def test_a_peer_that_says_nothing_is_counted_as_stalled_and_called_anew() -> None:
    silent = threading.Event()
    peer = Peer([lambda connection: silent.wait(PATIENCE_S) and None, sends(b"!here\n")])
    with opened(f"tcp://127.0.0.1:{peer.port}", stall_s=0.2, wait=lambda _: silent.set()) as source:
        found = gathered(source, lambda all_: b"!here" in all_)
    assert b"!here" in found
    assert source.account.stalls == 1


def test_a_tcp_flood_waits_for_the_reader_and_loses_nothing() -> None:
    line = b"!" + b"x" * 62 + b"\n"
    count = 3 * BLOCKS_MAX * BLOCK_BYTES // len(line)
    peer = Peer([sends(line * count)])
    with opened(f"tcp://127.0.0.1:{peer.port}", wait=lambda _: time.sleep(60)) as source:
        time.sleep(0.5)  # the reader is late
        held = source.account.received_bytes
        found = gathered(source, lambda all_: len(all_) >= count * len(line))
    assert held <= (BLOCKS_MAX + 1) * BLOCK_BYTES
    assert found[: count * len(line)] == line * count
    assert source.account.dropped_blocks == 0


def test_a_flood_of_datagrams_drops_the_oldest_and_counts_them() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with opened(f"udp://127.0.0.1:{port}") as source, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(4 * BLOCKS_MAX):
            sender.sendto(b"!%06d" % number, ("127.0.0.1", port))
            if number % 64 == 0:
                time.sleep(0.005)
        end = time.monotonic() + PATIENCE_S
        while source.account.received_bytes < 8 * 3 * BLOCKS_MAX and time.monotonic() < end:
            time.sleep(0.05)
        found = gathered(source, lambda all_: len(all_) >= 8 * BLOCKS_MAX).split()
    assert source.account.dropped_blocks >= 2 * BLOCKS_MAX
    assert len(found) == BLOCKS_MAX
    numbers = [int(one[1:]) for one in found]
    assert numbers == sorted(numbers)
    assert numbers[0] >= source.account.dropped_blocks


def test_a_pipe_is_read_as_it_comes_and_to_its_end() -> None:
    script = "from fairlead.intake.source import opened\nprint(b''.join(opened('-').blocks(0.05)).decode(), end='')"
    ran = subprocess.run([sys.executable, "-c", script], input=b"!a\n!b", capture_output=True, timeout=60, check=True)
    assert ran.stdout == b"!a\n!b"


def test_a_gzip_file_is_a_stream_too(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "log.txt.gz"
    path.write_bytes(gzip.compress(b"!a\n" * 100_000))
    with opened(str(path)) as source:
        assert b"".join(source.blocks(0.05)) == b"!a\n" * 100_000


def test_a_gzip_file_that_is_cut_says_so_and_gives_what_came_before(tmp_path: Path) -> None:
    import gzip
    import random

    path = tmp_path / "log.txt.gz"
    whole = b"".join(b"!%d\n" % random.Random(number).getrandbits(64) for number in range(50_000))
    path.write_bytes(gzip.compress(whole)[:-5000])
    with opened(str(path)) as source:
        found = b"".join(source.blocks(0.05))
    assert whole.startswith(found)
    assert len(found) > 100_000
    assert "EOFError" in source.account.fault


@pytest.mark.parametrize(
    "address", ["ftp://host:1", "tcp://host", "tcp://:1", "tcp://host:many", "udp://127.0.0.1:99999", "mqtt://127.0.0.1:1883"]
)
def test_an_address_that_is_none_is_refused_with_a_way_to_write_it(address: str) -> None:
    with pytest.raises(BadInput):
        opened(address)


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        opened(str(tmp_path / "none.txt"))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """A real MQTT broker on this machine."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("needs an MQTT broker: apt-get install mosquitto")
    pytest.importorskip("paho.mqtt", reason="the extra mqtt is not installed: pip install fairlead[mqtt]")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    running = subprocess.Popen([program, "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.05)
    yield port
    running.terminate()
    running.wait(timeout=10)


def test_messages_of_a_broker_come_as_lines(broker: int) -> None:
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    with opened(f"mqtt://127.0.0.1:{broker}/ais/#") as source:
        end = time.monotonic() + PATIENCE_S
        while not source.account.connections and time.monotonic() < end:
            time.sleep(0.05)
        time.sleep(0.3)  # the subscription follows the connection
        sender = Client(CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", broker)
        sender.loop_start()
        for number in range(20):
            sender.publish("ais/west", b"!%d" % number, qos=1).wait_for_publish(5)
        found = gathered(source, lambda all_: all_.count(b"\n") >= 20)
        sender.disconnect()
        sender.loop_stop()
    assert found.split() == [b"!%d" % number for number in range(20)]

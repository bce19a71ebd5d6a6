"""Where a live stream comes from: standard input, a file, TCP, UDP, MQTT; each gives blocks of bytes, and every loss is counted.

1. One thread reads, the caller decodes; between them lies a queue of bounded size. From a file, a pipe or TCP nothing is lost: reading
   waits, and the other side feels it. Datagrams cannot wait: when the queue is full the oldest go, and are counted.
2. A TCP or MQTT peer that goes away is called again after a wait that doubles up to a minute, with a share of chance, for as long as
   the stream is wanted. A TCP peer that says nothing for `stall_s` is counted as stalled and called anew.
3. Clock, wait and chance are given, so that a test need not wait.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import queue
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from fairlead.errors import BadFile, BadInput

BLOCK_BYTES: Final = 1 << 16
BLOCKS_MAX: Final = 256  # 16 MiB of a stream wait at most
DATAGRAM_MAX: Final = 65_535
FIRST_WAIT_S: Final = 0.5
LAST_WAIT_S: Final = 60.0
POLL_S: Final = 0.2
END: Final = None
Wait: TypeAlias = Callable[[float], object]
Chance: TypeAlias = Callable[[], float]  # in [0, 1)


class Account(msgspec.Struct, kw_only=True):
    """What became of a stream so far."""

    connections: int = 0
    lost_connections: int = 0
    stalls: int = 0
    dropped_blocks: int = 0
    dropped_bytes: int = 0
    received_bytes: int = 0
    fault: str = ""


class Source:
    """One stream being read. Close it, or use it as a context."""

    def __init__(self, read: Callable[[Source], None], *, waits: str) -> None:
        """`read` runs in a thread of its own until `wanted` is over; `waits` is "yes" where the sender can be kept waiting."""
        self.account = Account()
        self._blocks: queue.Queue[bytes | None] = queue.Queue(BLOCKS_MAX)
        self._over = threading.Event()
        self._waits = waits == "yes"
        self._thread = threading.Thread(None, self._run, "stream", (read,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def wanted(self) -> bool:
        return not self._over.is_set()

    def blocks(self, patience_s: float = POLL_S) -> Iterator[bytes]:
        """Blocks as they come, and an empty one after every `patience_s` without any; ends with the stream. What came together is given
        together, up to 4 MiB."""
        while True:
            try:
                first = self._blocks.get(timeout=patience_s)
            except queue.Empty:
                yield b""
                continue
            parts: list[bytes] = []
            size = 0
            while first is not END:
                parts.append(first)
                size += len(first)
                if size >= 64 * BLOCK_BYTES:
                    break
                try:
                    first = self._blocks.get_nowait()
                except queue.Empty:
                    break
            if parts:
                yield b"".join(parts)
            if first is END:
                return

    def offer(self, block: bytes) -> None:
        """For the reading thread: hand over a block, waiting or dropping the oldest as the stream allows."""
        self.account.received_bytes += len(block)
        while self.wanted:
            try:
                self._blocks.put(block, timeout=POLL_S if self._waits else 0.0) if self._waits else self._blocks.put_nowait(block)
                return
            except queue.Full:
                if not self._waits:
                    self._drop()

    def pause(self, wait_s: float, wait: Wait | None) -> None:
        """For the reading thread: wait before calling again; closing ends the wait."""
        if wait is not None:
            wait(wait_s)
        else:
            self._over.wait(wait_s)

    def close(self) -> None:
        """End the stream; what waits in the queue is not read any more."""
        self._over.set()
        self._thread.join(timeout=5)

    def _drop(self) -> None:
        with contextlib.suppress(queue.Empty):
            old = self._blocks.get_nowait()
            self.account.dropped_blocks += 1
            self.account.dropped_bytes += len(old or b"")

    def _run(self, read: Callable[[Source], None]) -> None:
        try:
            read(self)
        except Exception as error:  # the reading side ends, and says why where the stream is shown
            self.account.fault = f"{type(error).__name__}: {error}"
        while self.wanted:
            try:
                self._blocks.put(END, timeout=POLL_S)
                return
            except queue.Full:
                continue


def opened(address: str, *, stall_s: float = 60.0, wait: Wait | None = None, chance: Chance | None = None) -> Source:
    """`-` for standard input, a path, `tcp://HOST:PORT`, `udp://HOST:PORT`, `mqtt://HOST:PORT/TOPIC`. Raises BadInput, BadFile."""
    if address == "-":
        return Source(_from(sys.stdin.buffer), waits="yes")
    scheme, mark, _ = address.partition("://")
    if not mark:
        return Source(_from(_file(Path(address))), waits="yes")
    if scheme not in ("tcp", "udp", "mqtt"):
        raise BadInput("no such kind of stream", where=scheme[:20], do="use -, a file, tcp://, udp:// or mqtt://")
    host, port, topic = _place(address)
    if scheme == "tcp":
        return Source(lambda source: _tcp(source, host, port, stall_s, wait, chance or (lambda: 0.5)), waits="yes")
    if scheme == "udp":
        bound = _bound(host, port)
        return Source(lambda source: _udp(source, bound), waits="no")
    if not topic:
        raise BadInput("a topic is missing", where=address[:80], do="write it like mqtt://HOST:1883/ais/#")
    client = _client()
    return Source(lambda source: _mqtt(source, client, host, port, topic), waits="no")


def _place(address: str) -> tuple[str, int, str]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (1883 if parts.scheme == "mqtt" else 0)
    except ValueError as error:
        raise BadInput(
            "this is no address of a stream", where=address[:80], why=str(error), do="write it like tcp://HOST:PORT"
        ) from error
    if not host or not port:
        raise BadInput("this is no address of a stream", where=address[:80], do="write it like tcp://HOST:PORT")
    return host, port, (parts.path.lstrip("/") + (f"#{parts.fragment}" if parts.fragment or address.endswith("#") else ""))


def _file(path: Path) -> BinaryIO:
    try:
        if path.suffix == ".gz":
            return gzip.open(path)  # type: ignore[return-value]
        return path.open("rb", buffering=0)
    except OSError as error:
        raise BadFile("the stream cannot be read", where=path.name, why=error.strerror or str(error)) from error


def _from(stream: Any) -> Callable[[Source], None]:
    """A reader of what a file or a pipe gives, as soon as it gives it."""

    def read(source: Source) -> None:
        while source.wanted:
            block = stream.read1(BLOCK_BYTES) if hasattr(stream, "read1") else stream.read(BLOCK_BYTES)
            if not block:
                return
            source.offer(block)

    return read


def _tcp(source: Source, host: str, port: int, stall_s: float, wait: Wait | None, chance: Chance) -> None:
    wait_s = FIRST_WAIT_S
    while source.wanted:
        try:
            with socket.create_connection((host, port), timeout=stall_s) as peer:
                peer.settimeout(stall_s)
                source.account.connections += 1
                while source.wanted:
                    block = peer.recv(BLOCK_BYTES)
                    if not block:
                        break
                    wait_s = FIRST_WAIT_S
                    source.offer(block)
        except TimeoutError:
            source.account.stalls += 1
        except OSError as error:
            source.account.fault = f"{host}:{port}: {error.strerror or error}"
        source.account.lost_connections += 1
        if source.wanted:
            source.offer(b"\n")  # a sentence that was cut does not run on into the next one
            source.pause(wait_s * (0.5 + chance()), wait)
            wait_s = min(2 * wait_s, LAST_WAIT_S)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        why = error.strerror or str(error)
        raise BadInput(
            "datagrams cannot be received there", where=f"{host}:{port}", why=why, do="name a free port of this machine"
        ) from error
    bound.settimeout(POLL_S)
    return bound


def _udp(source: Source, bound: socket.socket) -> None:
    source.account.connections = 1
    with bound:
        while source.wanted:
            with contextlib.suppress(TimeoutError):
                source.offer(_ended(bound.recv(DATAGRAM_MAX)))


def _ended(datagram: bytes) -> bytes:
    return datagram if datagram.endswith(b"\n") else datagram + b"\n"


def _client() -> Any:
    try:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion
    except ImportError as error:
        raise BadInput("MQTT is not installed", do="pip install fairlead[mqtt]") from error
    return Client(CallbackAPIVersion.VERSION2)


def _mqtt(source: Source, client: Any, host: str, port: int, topic: str) -> None:
    def connected(client: Any, *_: object) -> None:
        source.account.connections += 1
        client.subscribe(topic)

    def gone(*_: object) -> None:
        source.account.lost_connections += 1

    client.on_connect, client.on_disconnect = connected, gone
    client.on_message = lambda client, own, message: source.offer(_ended(message.payload))
    client.reconnect_delay_set(min_delay=1, max_delay=int(LAST_WAIT_S))
    client.connect_async(host, port)
    client.loop_start()
    while source.wanted:
        source.pause(POLL_S, None)
    client.disconnect()
    client.loop_stop()


def closed_pipe() -> None:
    """Give standard input up, so that a reader blocked on it does not hold the process."""
    with contextlib.suppress(OSError):
        os.close(0)

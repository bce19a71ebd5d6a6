"""Serving the console on this machine: the node's serving lock, one process, and a sign-in link for each person of a demo node."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from granian.constants import Interfaces
from granian.server.embed import Server
from rich.console import Console as Terminal

from fairlead.desk.clock import WallClock
from fairlead.desk.node import Node, serving
from fairlead.desk.restored import check_place
from fairlead.desk.session import TOKEN_LIFE_MS, issue_token
from fairlead.desk.witnessing import WITNESSES, ask_about_news
from fairlead.door.coast import browser_files_missing
from fairlead.door.web import make_app
from fairlead.errors import FairleadError, NodeBusy, SyncFault

HOST: Final = "127.0.0.1"
PORT: Final = 8420
LAST_WORD_S: Final = 0.3
ASK_EVERY_S: Final = 5.0
OUT: Final = Terminal(highlight=False, soft_wrap=True)


def serve(root: Path, host: str = HOST, port: int = PORT) -> None:
    """Serve until interrupted. Raises NotANode, NodeBusy (another process serves this node, or has the port), SyncFault (the disk did
    not confirm a write: it stops rather than answer on what may be lost)."""
    with serving(root):
        _free(host, port)
        node = Node(root)
        try:
            published = node.recover()
            check_place(node)
            if published:
                OUT.print(f"recovered: {published} entries were committed and not yet published; they are now", style="yellow")
            _greet(node, host, port)
        finally:
            node.close()
        hosts = {f"{name}:{port}" for name in (host, "localhost" if host == HOST else host)}
        faults: list[SyncFault] = []

        def failed(fault: SyncFault) -> None:
            faults.append(fault)
            asyncio.get_running_loop().call_later(LAST_WORD_S, server.stop)  # nothing is begun any more; who waits is told first

        app = make_app(lambda: Node(root).living(), hosts=hosts, failed=failed)
        logging.getLogger("granian").setLevel(logging.WARNING)
        stop, asking = threading.Event(), ThreadPoolExecutor(1, thread_name_prefix="witness")
        if (root / WITNESSES).is_file():
            asking.submit(_ask_on, root, stop)
        server = Server(app, address=host, port=port, interface=Interfaces.ASGI, log_access=False, log_enabled=False, websockets=False)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server.serve())
        stop.set()
        asking.shutdown(wait=False, cancel_futures=True)
        if faults:
            raise faults[0]


def _ask_on(root: Path, stop: threading.Event) -> None:
    """Bring new heads to the witnesses again and again, in a thread of its own: nobody waits for them."""
    node, said = Node(root), ""
    try:
        while not stop.wait(ASK_EVERY_S):
            try:
                missed = "; ".join(sorted({f"{one.witness}: {one.said}" for one in ask_about_news(node) if not one.cosigned}))
            except FairleadError as error:
                missed = str(error)
            if missed and missed != said:
                OUT.print(f"not cosigned: {missed}", style="yellow", markup=False)
            said = missed
    finally:
        node.close()


def _free(host: str, port: int) -> None:
    """The server shares a port with anybody who lets it, so ask first for one that is nobody's. Raises NodeBusy."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that just closed is nobody's
        try:
            one.bind((host, port))
        except OSError as error:
            raise NodeBusy("the port is taken", where=f"{host}:{port}", why=str(error), do="name another with --port") from error


def sign_in_links(node: Node, host: str, port: int) -> Iterator[tuple[str, str, str]]:
    """Person, unit and link, one for each unit a person acts for. Raises BadSignature on a node that is no demo."""
    now_ms = WallClock().now_ms()
    for code, person in sorted(node.coalition.people.items()):
        for unit in person.units:
            yield code, unit, f"http://{host}:{port}/sign-in#{issue_token(node, person=code, unit=unit, now_ms=now_ms)}"


def _greet(node: Node, host: str, port: int) -> None:
    OUT.print(f"node {node.config.node} on http://{host}:{port}/, for this machine only; stop it with Ctrl-C")
    if browser_files_missing():
        OUT.print("the browser files are not built, so pages have no map and no forms: make web (needs npm)", style="yellow")
    if not node.config.demo:
        OUT.print("no sign-in links: this node does not say demo = true, and a link proves nobody's identity.", style="yellow")
        OUT.print("Use the command line with each person's key; sign-in with a real identity comes later.", style="yellow")
        return
    OUT.print(f"sign-in links, each good once and for {TOKEN_LIFE_MS // 60_000} minutes (all homes of this demo lie in one folder):\n")
    for code, unit, link in sign_in_links(node, host, port):
        person = node.coalition.people[code]
        OUT.print(f"  {person.name} · {node.coalition.book.units[unit].name}\n    {link}", markup=False)
    OUT.print("")

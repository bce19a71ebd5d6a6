"""A live stream of NMEA: messages a second on one core, and how long after its last message a card is told.

1. Seeded class A reports of 15,000 vessels, encoded beforehand, offered at 100,000 messages a second in blocks of 50 ms; two of them
   drift side by side and pass the two hours on the way. Time runs on in the messages six hundred times as fast as on the clock.
2. `stream_rate` is what decoding and holding can take. `stream_latency` is the time from offering a block to the end of the next look
   that has seen it, at the 99th percentile; it grows with what is held, so the rows held are told.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from bench.figure import figure, quick
from fairlead.desk.live import Live
from fairlead.intake.nmea.decode import Decoder
from fairlead.picture import Parameters
from fairlead.report.detection import FeedFacts

FEED = FeedFacts(name="bench", kind="ais", originator="isla", category="ais", gaps_meaningful=False)
VESSELS, RATE, BLOCK_S = 15_000, 100_000, 0.05
START_S = 1_600_041_600


def armoured(numbers: np.ndarray, lat: np.ndarray, lon: np.ndarray, knots: np.ndarray, at_s: int) -> bytes:  # type: ignore[type-arg]
    """Type 1 messages with a tag block of their time."""
    bits = np.zeros((len(numbers), 168), dtype=np.uint8)

    def put(start: int, length: int, values: np.ndarray) -> None:  # type: ignore[type-arg]
        for place in range(length):
            bits[:, start + length - 1 - place] = (values.astype(np.int64) >> place) & 1

    put(0, 6, np.ones(len(numbers)))
    put(8, 30, numbers)
    put(50, 10, np.rint(knots * 10))
    put(61, 28, np.rint(lon * 600_000))
    put(89, 27, np.rint(lat * 600_000))
    put(116, 12, np.full(len(numbers), 3600))
    put(128, 9, np.full(len(numbers), 511))
    six = bits.reshape(len(numbers), 28, 6) @ np.array([32, 16, 8, 4, 2, 1])
    letters = np.where(six < 40, six + 48, six + 56).astype(np.uint8)
    tag = f"c:{at_s}".encode()
    check = 0
    for one in tag:
        check ^= one
    lines = []
    for row in letters:
        body = b"AIVDM,1,1,,A," + row.tobytes() + b",0"
        total = int(np.bitwise_xor.reduce(np.frombuffer(body, dtype=np.uint8)))
        lines.append(b"\\%s*%02X\\!%s*%02X\r\n" % (tag, check, body, total))
    return b"".join(lines)


def blocks(seconds: float) -> list[bytes]:
    """What is offered, in blocks."""
    dice = np.random.default_rng(4)
    numbers = 290_000_000 + np.arange(VESSELS)
    lat, lon, knots = dice.uniform(10, 40, VESSELS), dice.uniform(-90, -40, VESSELS), dice.uniform(8, 16, VESSELS)
    lat[:2], lon[:2], knots[:2] = (20.0, 20.001), -60.0, 0.8
    made, each = [], int(RATE * BLOCK_S)
    for number in range(int(seconds / BLOCK_S)):
        some = (np.arange(each) + number * each) % VESSELS
        at_s = START_S + int(number * BLOCK_S * 600)
        north = knots[some] * (at_s - START_S) / 3600 / 60
        made.append(armoured(numbers[some], lat[some] + north, lon[some], knots[some], at_s))
    return made


def main() -> None:
    """Offer, look, count."""
    seconds = 12 if quick() else 40
    offered = blocks(seconds)
    live, decoder = Live(feed=FEED, parameters=Parameters()), Decoder()
    warm = Live(feed=FEED, parameters=Parameters())
    warm.add(Decoder().push(offered[0]))
    warm.look()

    start_s = time.perf_counter()
    for block in offered:
        decoder.push(block)
    rate = len(offered) * RATE * BLOCK_S / (time.perf_counter() - start_s)
    figure("stream_rate", rate, "messages/s", peer="none", goal=">=100000", messages=int(len(offered) * RATE * BLOCK_S))

    decoder, waits, waiting, opened = Decoder(), list[float](), list[float](), 0
    begin_s = time.perf_counter()
    at = 0
    while at < len(offered) or waiting:
        due = min(len(offered), int((time.perf_counter() - begin_s) / BLOCK_S))
        while at < due:
            waiting.append(begin_s + (at + 1) * BLOCK_S)
            live.add(decoder.push(offered[at]))
            at += 1
        if waiting:
            opened += sum(change.became == "opened" for change in live.look())
            now_s = time.perf_counter()
            waits += [now_s - one for one in waiting]
            waiting.clear()
        else:
            time.sleep(0.01)
    held = len(live.held()[0])
    late = float(np.percentile(waits, 99))
    figure("stream_latency", late, "s", peer="none", goal="<1", rows_held=held, looks=len(waits), cards_opened=opened)
    print(f"held {held} rows at the end; median {np.percentile(waits, 50):.2f} s, p99 {late:.2f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())

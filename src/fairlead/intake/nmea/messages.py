"""Every message of a log, one by one, for whoever wants to look at them: those that the kernels decode, then those of other types.

1. Numbers have the units of `report.detection` and `report.statement`; unknown ones are left out.
2. What is counted is what `decode` counts, so kept, set aside and rejected add up to the records of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fairlead.errors import BadFile
from fairlead.intake.lines import read_pieces
from fairlead.intake.nmea import message as m
from fairlead.intake.nmea import sentence as s
from fairlead.intake.nmea.decode import LOST, PIECE_BYTES, Decoder
from fairlead.intake.nmea.others import Fields, Others, lines_of
from fairlead.intake.read import Chunk
from fairlead.report.detection import CLOCKS, STATIONS

SAID = ((m.IMO, "imo", 0), (m.SHIP_TYPE, "ship_type", 0), (m.LENGTH, "length_m", -1), (m.BEAM, "beam_m", -1))
SAID_TOO = ((m.DRAUGHT, "draught_dm", -1), (m.ETA, "eta", -1), (m.CRAFT_OF, "craft_of", 0))
TEXTS = (("call_sign", 0, 7), ("name", 7, 27), ("destination", 27, 47))


class Account(msgspec.Struct, kw_only=True):
    """What became of a log's records; `types` counts the messages that were shown."""

    types: Counter[int]
    records: int
    set_aside: Counter[str]
    rejected: Counter[str]


class Teller(Decoder):
    """A decoder that tells each message as it comes."""

    def __init__(self, at_ms: int | None = None) -> None:
        super().__init__(at_ms)
        self.heard: list[Fields] = []

    def _drain(self) -> None:
        made, told = int(self._state[s.MADE]), int(self._state[s.TOLD])
        placed = (self._longs[:, :made], self._wholes[:2, :made], self._halves[:, :made], self._bytes[:, :made])
        self.heard += [_position(*one) for one in zip(*(column.tolist() for part in placed for column in part), strict=True)]
        for row, words in zip(self._said[:told].tolist(), self._said_texts[:told], strict=True):
            self.heard.append(_statement(row, words.tobytes()))
        super()._drain()


def _position(
    t_ms: int, mmsi: int, lat_e7: int, lon_e7: int, sog: int, cog: int, status: int, station: int, clock: int, kind: int
) -> Fields:
    told: Fields = {"type": kind, "mmsi": mmsi, "t_ms": t_ms, "clock": CLOCKS[clock], "station": STATIONS[station]}
    told |= {"lat_e7": lat_e7, "lon_e7": lon_e7}
    return told | {name: value for name, value in (("sog_dkn", sog), ("cog_ddeg", cog), ("status", status)) if value >= 0}


def _statement(row: list[int], words: bytes) -> Fields:
    told: Fields = {"type": row[m.TYPE], "mmsi": row[m.MMSI], "t_ms": row[m.UTC_MS]}
    told |= {name: row[place] for place, name, none in (*SAID, *SAID_TOO) if row[place] > none}
    texts = {name: words[begin:end].rstrip(b"\x00").decode("ascii") for name, begin, end in TEXTS}
    return told | {name: text for name, text in texts.items() if text}


def messages(path: Path, account: Account, *, at_ms: int | None = None, kind: int = 0) -> Iterator[Fields]:
    """The messages of a log, of one type or of all (0), with `account` filled. A position and what is stated with it come apart.
    Raises BadFile, for a cut file after what came before the cut; BadInput without pyais."""
    others = Others()
    teller = Teller(at_ms)
    broken: BadFile | None = None
    pieces = read_pieces(path, PIECE_BYTES)
    while True:
        try:
            piece = next(pieces, None)
        except BadFile as error:
            broken, piece = error, None
        _count(account, teller.push(piece) if piece is not None else teller.finish())
        for told in teller.heard:
            if kind in (0, told["type"]):
                account.types[int(told["type"] or 0)] += 1
                yield told
        teller.heard.clear()
        if piece is None:
            break
    try:
        for told in others(lines_of(path)):
            if kind in (0, told["type"]):
                account.types[int(told["type"] or 0)] += 1
                yield told
    except BadFile as error:
        broken = error
    account.rejected.update(others.malformed)
    if broken is not None:
        raise broken


def _count(account: Account, chunk: Chunk) -> None:
    account.records += chunk.lines
    account.set_aside.update({kind: number for kind, number in chunk.set_aside.items() if kind == LOST or number})
    account.rejected.update(reject.reason for reject in chunk.rejected)

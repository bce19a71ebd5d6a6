"""What the rules find of played smuggling, and what they spare of its lawful twins: recall and precision for each rule.

1. Seeded seas of 48 hours, each with every act and every twin once and lawful traffic between (`intake.smuggling`). The cards are
   those of `picture.view`, with the default thresholds, a chart and ports.
2. Recall: acts of a rule that an open card of this rule found (its vessel, its time). Precision: open cards of a rule that speak of an
   acted smuggler, of all its open cards. Acts follow what is told of smuggling, not the thresholds, so some fall short and are missed.
3. A look-alike is an open card that speaks of no acted smuggler; the figure is per 1,000 vessel-days. The design leaves lightering
   tankers open and named: they count. A twin is named when the explanation that it must have stands on its card and fits.
4. With the real files there, the open cards of four days of a receiver's traffic are counted by rule: all of it is lawful.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

from bench.figure import figure, quick
from fairlead.desk.detect import detect
from fairlead.intake.acted import Acted, Played
from fairlead.intake.chart_file import charted, read_chart_file
from fairlead.intake.smuggling import coastline, play
from fairlead.intake.smuggling_sea import HAVENS
from fairlead.intake.smuggling_twins import NONE
from fairlead.picture import Card, Parameters, View, ViewSegment, Window, view
from fairlead.picture.ground import apart_one_m
from fairlead.picture.scene import Coast
from fairlead.report.detection import FeedFacts
from fairlead.report.statement import nothing_stated

NOON_MS = 1_593_432_000_000  # 2020-06-29T12:00:00Z
AIS = FeedFacts(name="coast", kind="ais", originator="isla", category="ais", gaps_meaningful=True)
RADAR = FeedFacts(name="tower", kind="radar", originator="isla", category="radar", gaps_meaningful=False)
NEAR_M = 120_000
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
RULES = tuple(f"B{number}" for number in range(1, 12))


def seen(sea: Played, coast: Coast) -> View:
    """The picture of a played sea."""
    parts = [
        ViewSegment(feed=AIS, digest="", detections=sea.ais, statements=sea.statements),
        ViewSegment(feed=RADAR, digest="", detections=sea.radar, statements=nothing_stated()),
    ]
    return view(parts, Window(from_ms=sea.from_ms, to_ms=sea.to_ms), Parameters(), HAVENS, coast)


def chart() -> Coast:
    """The made-up coast through the reader of charts."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "coast.geojson"
        path.write_text(json.dumps(coastline()))
        return charted([read_chart_file(path)])[0]


def numbers_of(shown: View) -> dict[str, int]:
    """The number of each track, 0 without AIS."""
    return {track.id: int(track.mmsi or 0) for track in shown.tracks}


def speaks_of(card: Card, act: Acted, numbers: dict[str, int]) -> bool:
    """Whether a card is of an act's vessels and time; a contact without AIS is known by place."""
    on = {numbers[track] for track in card.tracks}
    if card.from_ms > act.to_ms + 3_600_000 or card.to_ms < act.from_ms - 3_600_000:
        return False
    known = {number for number in act.numbers if number}
    near = apart_one_m(card.lat_e7, card.lon_e7, act.lat_e7, act.lon_e7) <= NEAR_M
    return bool(known & on) if known and on - {0} else near and 0 in on and 0 in act.numbers


def judge(sea: Played, shown: View) -> Counter[str]:
    """Counts of one sea."""
    numbers, counts = numbers_of(shown), Counter[str]()
    opened = [card for card in shown.cards if card.status == "open"]
    smuggled = [act for act in sea.acts if not act.look_alike]
    for act in smuggled:
        counts[f"acted {act.rule}"] += 1
        counts[f"found {act.rule}"] += any(card.rule == act.rule and speaks_of(card, act, numbers) for card in opened)
    for card in opened:
        true = any(speaks_of(card, act, numbers) for act in smuggled)
        counts[f"open {card.rule}"] += 1
        counts[f"true {card.rule}"] += true
    for act in sea.acts:
        if not act.look_alike:
            continue
        own = [card for card in shown.cards if card.rule == act.rule and speaks_of(card, act, numbers)]
        named = any(one.explanation == act.look_alike and one.result == "fits" for card in own for one in card.explanations)
        counts["twins"] += 1
        counts["named"] += named or (act.look_alike == NONE and not [card for card in own if card.status == "open"])
        counts["spared"] += not any(card.status == "open" for card in own)
        if "--tell" in sys.argv and not (named or act.look_alike == NONE):
            print("not named:", act.rule, act.look_alike, [(card.status, card.explained_by) for card in own])
    if "--tell" in sys.argv:
        for act in smuggled:
            if not any(card.rule == act.rule and speaks_of(card, act, numbers) for card in opened):
                also = [
                    (card.status, card.explained_by) for card in shown.cards if card.rule == act.rule and speaks_of(card, act, numbers)
                ]
                print("missed:", act.rule, (act.to_ms - act.from_ms) // 60_000, "min", also)
        for card in opened:
            if not any(speaks_of(card, act, numbers) for act in smuggled):
                print("look-alike:", card.rule, card.sentence)
    counts["vessels"] += sea.vessels
    return counts


def real_days() -> None:
    """Open cards of four real days, by rule."""
    files = sorted((SHARED / "ais_sbarc").glob("*.txt.gz"))
    geo = SHARED / "geo"
    if not files:
        print("no real files: the open cards of real traffic are not counted", flush=True)
        return
    counts, vessel_days = Counter[str](), 0
    charts = [geo / "gshhg_h_L1_california.parquet", geo / "NGA_WPI_UpdatedPub150.csv.gz"]
    for number, path in enumerate(files[:1] if quick() else files):
        found = detect([path], layout="sbarc", charts=charts, gaps_meaningful="yes", date=date(2018, 6, 1 + number)).view
        vessel_days += len({track.mmsi for track in found.tracks})
        counts.update(card.rule for card in found.cards if card.status == "open")
    for rule in RULES:
        figure(
            f"open_real_{rule}", 1000 * counts[rule] / vessel_days, "/1000 vessel-days", peer="none", goal="none", cards=counts[rule]
        )


def main() -> None:
    """Play, look, count."""
    seas, coast = 8 if quick() else 60, chart()
    total, begin_s = Counter[str](), time.perf_counter()
    for seed in range(seas):
        sea = play(seed, from_ms=NOON_MS)
        total += judge(sea, seen(sea, coast))
        if seed == 0:
            print(f"first sea: {len(sea.ais)} AIS, {len(sea.radar)} radar rows, {time.perf_counter() - begin_s:.1f} s", flush=True)
    for rule in RULES:
        acted, opened = total[f"acted {rule}"], total[f"open {rule}"]
        if acted:
            figure(f"recall_{rule}", total[f"found {rule}"] / acted, "share", peer="truth", goal="none", acted=acted, seas=seas)
        if opened:
            figure(f"precision_{rule}", total[f"true {rule}"] / opened, "share", peer="truth", goal="none", opened=opened, seas=seas)
    vessel_days = total["vessels"] * 2
    false = sum(total[f"open {rule}"] - total[f"true {rule}"] for rule in RULES)
    figure(
        "look_alikes", 1000 * false / vessel_days, "/1000 vessel-days", peer="truth", goal="<=1", cards=false, vessel_days=vessel_days
    )
    figure("twins_named", total["named"] / total["twins"], "share", peer="truth", goal="1", twins=total["twins"])
    figure("twins_spared", total["spared"] / total["twins"], "share", peer="truth", goal="none", twins=total["twins"])
    real_days()


if __name__ == "__main__":
    sys.exit(main())

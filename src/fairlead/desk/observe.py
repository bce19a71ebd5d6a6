"""The verb observe: a file of a sensor or a person becomes labelled segments, and every line of it is accounted for.

1. Kept, rejected, duplicate or set aside: the four add up to the lines read, and the count says so.
2. Each chunk is one transaction: the segment file is on the disk before the row that names it, the row before its receipt. A killed
   ingest leaves whole chunks; running it again finds them as duplicates and goes on.
3. The label is the feed's own, set by its originator; a line may narrow it and cannot widen it (P3).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from fairlead.agreement import Reason
from fairlead.desk import record
from fairlead.desk.answer import Refused
from fairlead.desk.ask import Asker, signed_by
from fairlead.desk.authority import asked_as, entitled, refuse
from fairlead.desk.look import segment_path
from fairlead.desk.node import Node
from fairlead.envelope import JsonValue, encode, envelope_to_json, new_id, sha256_hex
from fairlead.errors import UnknownCode
from fairlead.intake.quarantine import Quarantine
from fairlead.intake.read import Chunk, read_file
from fairlead.intake.scenario import Feed
from fairlead.intake.segment_file import write_segment
from fairlead.label import Label, label_hash
from fairlead.report.detection import Detections, segment_digest
from fairlead.report.holding import FOREVER_MS, Holding
from fairlead.store import holdings

Progress = Callable[[int, int], None]  # lines read so far, detections kept so far

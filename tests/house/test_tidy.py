"""The house is tidy: each rule holds on every file, and each rule is shown to catch what it is there to catch."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from fairlead import errors
from tests.house import rules
from tests.house.tree import ROOT, SOURCE, files, is_pure, name_of, python_files, room_of, text_of

# The only places where a holding comes into being: its own file, what the store reads back, and the verbs that file one.
HOLDING_MAKERS = (
    "src/fairlead/report/holding.py",
    "src/fairlead/store/holdings.py",
    "src/fairlead/desk/observe.py",
    "src/fairlead/desk/lead.py",
    "src/fairlead/desk/interdict.py",
    "src/fairlead/desk/sanitise.py",
)

# The one file that speaks to the library of the trust root, in whose format the word stands.
SPEAKS_TUF = "src/fairlead/desk/trust_format.py"

SABOTAGES = [
    (rules.opening, "x = 1\n"),
    (rules.length, '"""Long."""\n' * (rules.LINES_MAX + 1)),
    (rules.purity, "from datetime import datetime\nx = datetime.now()\n"),
    (rules.purity, "import datetime\nx = datetime.datetime.now()\n"),
    (rules.purity, "import numpy as np\nx = np.random.default_rng()\n"),
    (rules.purity, "from numpy import random\n"),
    (rules.purity, "from numpy.random import default_rng\n"),
    (rules.purity, "import importlib\n"),
    (rules.purity, "def f():\n    with open('x') as file:\n        return file\n"),
    (rules.purity, "import time\nx = time.time()\n"),
    (rules.purity, "from typing import Any\n"),
    (rules.flags, "def read(*, quietly: bool = False) -> None: ...\n"),
    (rules.words, "class LabelManager: ...\n"),
    (rules.words, "def f(policy_id): ...\n"),
    (rules.words, "data = 1\n"),
    (rules.words, "import json as json_utils\n"),
    (rules.no_aim, "x = 1  # the target of it\n"),
    (rules.holdings_made, "from fairlead.report import Holding\nx = Holding(id='')\n"),
    (rules.holdings_made, "from fairlead import report\nx = report.holding.Holding(id='')\n"),
    (rules.errors_made, "class Mine(ValueError): ...\n"),
    (rules.errors_made, "raise BadInput('No such thing')\n"),
    (rules.errors_made, "raise BadInput('no such thing.')\n"),
]


@pytest.mark.parametrize(("rule", "source"), SABOTAGES)
def test_each_rule_catches_its_sabotage(rule, source):
    assert list(rule(source)), f"{rule.__name__} is blind to {source!r}"


def test_the_side_door_rule_catches_its_sabotage():
    assert list(rules.side_doors("from fairlead.store.ledger import _append\n", "desk"))
    assert not list(rules.side_doors("from fairlead.store.ledger import _append\n", "store"))


def _findings(rule, paths):
    return [f"{name_of(path)}:{found}" for path in paths for found in rule(path.read_text())]


def _source():
    return python_files("src/")


def _everywhere():
    return python_files("src/", "tests/", "bench/", "tools/")


def test_there_is_something_to_check():
    assert len(_source()) > 20
    assert any(is_pure(path) for path in _source())


def test_every_file_opens_with_a_sentence():
    assert _findings(rules.opening, _everywhere()) == []


def test_no_file_is_too_long():
    assert _findings(rules.length, _everywhere()) == []


def test_pure_rooms_reach_no_clock_disk_or_randomness():
    assert _findings(rules.purity, [path for path in _source() if is_pure(path)]) == []


def test_pure_rooms_take_no_flags():
    assert _findings(rules.flags, [path for path in _source() if is_pure(path)]) == []


def test_names_use_the_words_of_the_trade():
    assert _findings(rules.words, python_files("src/", "bench/", "tools/")) == []
    unwanted = rules.WORDS_NOT_USED | rules.NAMES_NOT_USED
    assert [name_of(path) for path in _everywhere() if rules.words_of(path.stem) & unwanted] == []


def test_the_source_never_speaks_of_what_one_aims_at():
    assert _findings(rules.no_aim, [path for path in _source() if name_of(path) != SPEAKS_TUF]) == []


def test_rooms_are_entered_by_the_front_door():
    found = [f"{name_of(path)}:{one}" for path in _source() for one in rules.side_doors(path.read_text(), room_of(path))]
    assert found == []


def test_a_holding_is_constructed_only_where_its_label_is_checked():
    assert _findings(rules.holdings_made, [path for path in _source() if name_of(path) not in HOLDING_MAKERS]) == []


def test_errors_live_on_one_page_and_speak_plainly():
    others = [path for path in _source() if path != SOURCE / "errors.py"]
    assert _findings(rules.errors_made, others) == []


def test_nine_of_ten_functions_are_under_forty_lines():
    sizes = [
        (node.end_lineno or 0) - node.lineno + 1
        for path in _source()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert sum(size < 40 for size in sizes) >= 0.9 * len(sizes)


def test_every_error_stands_on_the_page_of_exit_codes():
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d) \|", (ROOT / "docs/reference/exit-codes.md").read_text(), re.MULTILINE))
    classes = {
        name: str(one.exit_code)
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.FairleadError) and one is not errors.FairleadError
    }
    assert rows == classes


def test_no_file_that_another_tool_made_is_kept():
    unwanted = {".pyc", ".sqlite", ".parquet", ".whl", ".log", ".pem"}
    assert [name_of(path) for path in files() if path.suffix in unwanted] == []
    assert not [name_of(path) for path in files() if "PRIVATE" + " KEY" in text_of(path)]

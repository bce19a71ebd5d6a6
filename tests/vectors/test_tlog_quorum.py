"""The rule file printed in C2SP tlog-policy with keys filled in, and what of the file's form is and is not let through."""

from __future__ import annotations

import itertools

import pytest

from fairlead.envelope import SigningKey
from fairlead.errors import MalformedBytes
from fairlead.receipt.note import COSIGNATURE, vkey
from fairlead.receipt.quorum import LINES_MAX, NOBODY, read_quorum

KEYS = {name: SigningKey(bytes([number]) * 32).public for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3", "L"), 1)}
LOG = vkey("example.com/log", KEYS["L"])
VKEYS = {name: vkey(f"{name.lower()}.example", key, COSIGNATURE) for name, key in KEYS.items()}
# The keys are elided in the specification; everything else is as it is printed.
PRINTED = f"""log {LOG}

witness X1 {VKEYS["X1"]}
witness X2 {VKEYS["X2"]}
witness X3 {VKEYS["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {VKEYS["Y1"]}
witness Y2 {VKEYS["Y2"]}
witness Y3 {VKEYS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
W = f"witness W {VKEYS['X1']}\n"


def test_the_printed_rule_asks_for_two_of_x_and_one_of_y() -> None:
    quorum = read_quorum(PRINTED.encode())
    assert [(one.name, one.key) for one in quorum.logs] == [("example.com/log", KEYS["L"])]
    assert sorted(quorum.witnesses) == ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    assert {one.key for one in quorum.verifiers} == {KEYS[name] for name in quorum.witnesses}
    met = 0
    for names in itertools.chain.from_iterable(itertools.combinations(sorted(quorum.witnesses), count) for count in range(7)):
        wanted = sum(name[0] == "X" for name in names) >= 2 and any(name[0] == "Y" for name in names)
        assert quorum.met([KEYS[name] for name in names]) == wanted
        met += wanted
    assert met == 4 * 7


def test_addresses_comments_and_white_space_are_what_they_are() -> None:
    text = f"\n \t \n# a comment\n\t # another \xe9\n\tlog\t{LOG}   https://log.example/\t\n"
    text += f"  witness \t W {VKEYS['X1']} https://w.example/x \nquorum\tW  "
    quorum = read_quorum(text.encode("latin-1"))
    assert (quorum.witnesses["W"].url, quorum.witnesses["W"].name, quorum.name) == ("https://w.example/x", "W", "W")
    assert quorum.met([KEYS["X1"]])
    assert not quorum.met([KEYS["X2"]])
    assert read_quorum(f"quorum none\nlog {LOG}\n{W}".encode()).logs[0].key == KEYS["L"]  # logs and witnesses stand anywhere


def test_names_are_bytes_and_no_other_bytes_are_the_same_name() -> None:
    raw = b"witness K " + VKEYS["X1"].encode() + b"\nwitness \xe2\x84\xaa " + VKEYS["X2"].encode() + b"\nquorum \xe2\x84\xaa\n"
    quorum = read_quorum(raw)
    assert quorum.met([KEYS["X2"]])
    assert not quorum.met([KEYS["X1"]])
    two = b"witness \xff " + VKEYS["X1"].encode() + b"\nwitness \xfe " + VKEYS["X2"].encode() + b"\nquorum \xfe\n"
    assert read_quorum(two).met([KEYS["X2"]])
    assert not read_quorum(two).met([KEYS["X1"]])


def test_no_witness_is_asked_for_only_where_the_file_says_so() -> None:
    assert read_quorum(b"quorum none").met([])
    assert read_quorum(f"{W}quorum none\n".encode()).met([])
    assert NOBODY.met([])
    assert not read_quorum(f"{W}quorum W\n".encode()).met([])


@pytest.mark.parametrize("byte", [*range(0x09), *range(0x0B, 0x20), 0x7F])
def test_a_control_character_anywhere_refuses_the_file(byte: int) -> None:
    for raw in (b"# %c\nquorum none\n", b"quorum none%c", b"quorum%cnone\n"):
        with pytest.raises(MalformedBytes, match="control character"):
            read_quorum(raw % byte)


@pytest.mark.parametrize(
    "text",
    [
        "",
        W,
        "quorum\n",
        "quorum W\n",
        "quorum none none\n",
        "quorum none\nquorum none\n",
        f"{W}quorum W\nquorum none\n",
        f"quorum W\n{W}",  # named before it is there
        "Quorum none\n",
        "quorum none # no comment stands behind\n",
        f"log\n{W}quorum W\n",
        f"log {LOG} a b\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        f"log {LOG}\nlog {vkey('another.name', KEYS['L'])}\nquorum none\n",  # the same key under another name
        f"log {VKEYS['X1']}\nquorum none\n",  # a key of a witness signs no checkpoints
        f"witness W {vkey('w.example', KEYS['X1'])}\nquorum W\n",  # a key of a log makes no cosignatures
        f"{W}witness W {VKEYS['X2']}\nquorum W\n",
        f"{W}witness V {VKEYS['X1']}\nquorum W\n",
        f"{W}witness V {vkey('another.name', KEYS['X1'], COSIGNATURE)}\nquorum W\n",
        f"witness none {VKEYS['X1']}\nquorum none\n",
        f"witness W {VKEYS['X1']} a b\nquorum W\n",
        f"witness W\u00a0{VKEYS['X1']}\nquorum W\n",  # no other space parts words
        f"{W}group none 1 W\nquorum none\n",
        f"{W}group W 1 W\nquorum W\n",
        f"{W}group g 1 g\nquorum g\n",
        f"{W}group g 1 none\nquorum g\n",
        f"{W}group g 1 V\nquorum g\n",
        f"{W}group g 1\nquorum W\n",
        f"{W}group g any\nquorum W\n",
        f"{W}group g 0 W\nquorum g\n",
        f"{W}group g 2 W\nquorum g\n",
        f"{W}group g 01 W\nquorum g\n",
        f"{W}group g +1 W\nquorum g\n",
        f"{W}group g ١ W\nquorum g\n",
        f"{W}group g most W\nquorum g\n",
        f"{W}group g {'1' * 5000} W\nquorum g\n",
        f"{W}group g 1 W W\nquorum g\n",
        f"{W}group g 1 W\ngroup h 1 W\nquorum g\n",  # a name is a member once in the whole file
        f"{W}group g 1 W\ngroup h 2 g W\nquorum g\n",
        f"{W}group g 1 W\ngroup g 1 W\nquorum g\n",
        "#\n" * LINES_MAX + "quorum none",
    ],
)
def test_what_is_not_a_rule_is_refused(text: str) -> None:
    with pytest.raises(MalformedBytes):
        read_quorum(text.encode())


def test_bytes_that_are_no_text_are_refused_where_a_key_should_be_and_the_reason_can_be_printed() -> None:
    for raw in (
        b"log \xff+00000000+AAAA\nquorum none\n",
        b"log \xff%b\n" % LOG.encode(),
        b"witness \xff \xff\n",
        b"quorum \xff\n",
        b"\xff\n",
    ):
        with pytest.raises(MalformedBytes) as caught:
            read_quorum(raw)
        assert str(caught.value).encode()


def test_a_rule_as_deep_as_a_file_can_be_is_judged() -> None:
    groups = "".join(f"group g{number} all {'W' if not number else f'g{number - 1}'}\n" for number in range(LINES_MAX - 3))
    quorum = read_quorum(f"{W}{groups}quorum g{LINES_MAX - 4}\n".encode())
    assert quorum.met([KEYS["X1"]])
    assert not quorum.met([KEYS["X2"]])

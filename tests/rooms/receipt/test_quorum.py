"""How many witnesses are enough: any rule of groups against a count over all subsets of witnesses."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.envelope import SigningKey
from fairlead.errors import MalformedBytes
from fairlead.receipt.note import COSIGNATURE, vkey
from fairlead.receipt.quorum import read_quorum

Tree: TypeAlias = "str | tuple[str, list[Tree]]"
KEYS = [SigningKey(bytes([number]) * 32).public for number in range(1, 6)]
STRANGER = SigningKey(b"\x77" * 32).public
NAMES = [f"w{number}" for number in range(5)]
WITNESSES = "".join(f"witness {name} {vkey(name, key, COSIGNATURE)}\n" for name, key in zip(NAMES, KEYS, strict=True))


def enough(tree: Tree, seen: set[str]) -> bool:
    """The second way: straight down the tree as it was drawn, never through the file."""
    if isinstance(tree, str):
        return tree in seen
    needs, members = tree
    count = len([one for one in members if enough(one, seen)])
    return count == len(members) if needs == "all" else count > 0 if needs == "any" else count >= int(needs)


def written(tree: Tree) -> tuple[str, str]:
    """Lines that define a tree, and its name: every group after its members, named by what it holds."""
    if isinstance(tree, str):
        return "", tree
    lines, names = zip(*(written(one) for one in tree[1]), strict=True)
    name = f"g{'-'.join(names)}"
    return "".join(lines) + f"group {name} {tree[0]} {' '.join(names)}\n", name


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Some of five witnesses in some order, put into groups of groups until one is left."""
    found: list[Tree] = list(draw(st.permutations(NAMES)))[: draw(st.integers(1, 5))]
    for _ in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, len(found)))
        needs = draw(st.sampled_from(["all", "any", *(str(number) for number in range(1, count + 1))]))
        found = [*found[count:], (needs, found[:count])]
    return ("any" if draw(st.booleans()) else "all", found) if len(found) > 1 else found[0]


def test_any_rule_is_met_by_just_the_witnesses_a_count_finds_enough() -> None:
    said: Counter[bool] = Counter()

    @given(trees())
    def judged(tree: Tree) -> None:
        lines, name = written(tree)
        quorum = read_quorum(f"{WITNESSES}{lines}quorum {name}\n".encode())
        for chosen in itertools.product((False, True), repeat=5):
            seen = {name for name, there in zip(NAMES, chosen, strict=True) if there}
            keys = [key for key, there in zip(KEYS, chosen, strict=True) if there]
            wanted = enough(tree, seen)
            assert quorum.met(keys) == wanted
            assert quorum.met([*keys, *keys, STRANGER]) == wanted  # a key counts once, a stranger's never
            said[wanted] += 1

    judged()
    assert said.total() >= 3000
    assert 0.2 < said[True] / said.total() < 0.8


def test_more_witnesses_never_unmake_a_quorum() -> None:
    quorum = read_quorum(f"{WITNESSES}group a 2 w0 w1 w2\ngroup b all w3 w4\ngroup c any a b\nquorum c\n".encode())
    met = {
        chosen for count in range(6) for chosen in itertools.combinations(range(5), count) if quorum.met([KEYS[at] for at in chosen])
    }
    assert (0, 1) in met
    assert (3, 4) in met
    assert (0, 3) not in met
    for chosen in met:
        assert all(tuple(sorted({*chosen, more})) in met for more in range(5))


def test_a_witness_that_the_quorum_does_not_name_does_not_count() -> None:
    quorum = read_quorum(f"{WITNESSES}group a any w0 w1\nquorum a\n".encode())
    assert not quorum.met(KEYS[2:])
    assert quorum.met(KEYS[1:])
    assert len(quorum.verifiers) == 5


def test_a_name_counts_in_one_group_only() -> None:
    with pytest.raises(MalformedBytes, match="member twice"):
        read_quorum(f"{WITNESSES}group a any w0\ngroup b any w0\ngroup c all a b\nquorum c\n".encode())


def test_whether_a_rule_is_about_a_log() -> None:
    named = read_quorum(f"log {vkey('one', KEYS[0])}\nlog {vkey('two', KEYS[1])}\nquorum none\n".encode())
    assert named.names("one", [KEYS[3], KEYS[0]])
    assert not named.names("one", [KEYS[1]])
    assert not named.names("one", [])
    assert read_quorum(b"quorum none\n").names("any", [])

"""A witness against a second, simple one that has all entries: an honest log, a forked one, stale clients and lying proofs."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.envelope import SigningKey
from fairlead.receipt.checkpoint import Checkpoint, open_head, sign_checkpoint
from fairlead.receipt.log_keys import LogKeys, only
from fairlead.receipt.note import COSIGNATURE, Verifier
from fairlead.receipt.tree import check_consistency, consistency_proof, leaf_hash, root_of
from fairlead.receipt.witness import Reply, Seen, Split, add_checkpoint, request_bytes

SIZE_MAX = 12
KEYS = {"log/one": SigningKey(b"\x31" * 32), "log/two": SigningKey(b"\x32" * 32)}
STRANGER, OWN, NAME = SigningKey(b"\x33" * 32), SigningKey(b"\x34" * 32), "w.example"
WITNESS = Verifier(name=NAME, key=OWN.public, kind=COSIGNATURE)
ENTRIES = [leaf_hash(b"entry %d" % number) for number in range(SIZE_MAX)]
OTHERS = [leaf_hash(b"other %d" % number) for number in range(SIZE_MAX)]
Leaves = tuple[bytes, ...]
Step = tuple[str, str, int, str, str, str]

STEPS = st.tuples(
    st.sampled_from(("log/one", "log/one", "log/two")),
    st.sampled_from(("honest", "honest", "forked")),
    st.integers(0, 3),  # how much larger than what the witness has
    st.sampled_from(("right", "right", "right", "stale", "wild")),  # where the client thinks the witness is
    st.sampled_from(("true", "true", "true", "true", "cut", "swapped", "of the other", "more")),
    st.sampled_from(("log", "log", "log", "log", "log", "log", "stranger", "unknown")),
)


class Simple:
    """The second witness: it is shown every entry, so it needs no proof to know what follows what."""

    def __init__(self) -> None:
        self.has: dict[str, Leaves] = {}

    def judge(self, origin: str, leaves: Leaves, old: int, proof: Leaves, signer: str) -> tuple[int, bool]:
        """The status, and whether the log is caught showing two histories."""
        has = self.has.get(origin, ())
        if signer != "log":
            return (404 if signer == "unknown" else 403), False
        if old > len(leaves):
            return 400, False
        split = origin in self.has and len(has) == len(leaves) and has != leaves
        if split or old != len(has):
            return 409, split
        if leaves[: len(has)] != has or proof != consistency_proof(leaves, old, len(leaves)):
            return 422, False
        self.has[origin] = leaves
        return 200, False


class World:
    """The witness under test with its store, and everything it cosigned."""

    def __init__(self, fork: int) -> None:
        self.histories = {"honest": ENTRIES, "forked": [*ENTRIES[:fork], *OTHERS[fork:]]}
        self.store: dict[str, Seen] = {}
        self.splits: list[Split] = []
        self.cosigned: list[tuple[str, Leaves]] = []

    def keys(self, origin: str) -> LogKeys | None:
        return only(origin, KEYS[origin].public) if origin in KEYS else None

    def ask(self, raw: bytes, at_s: int) -> Reply:
        reply = add_checkpoint(raw, logs=self.keys, seen=self.store.get, name=NAME, key=OWN, at_s=at_s)
        if reply.record is not None:
            self.store[reply.record.checkpoint.origin] = reply.record
        if reply.split is not None:
            self.splits.append(reply.split)
        return reply


def proof_of(kind: str, leaves: list[bytes], other: list[bytes], old: int, size: int) -> Leaves:
    if old > size:
        return ()
    true = consistency_proof(leaves, old, size)
    if kind == "cut":
        return true[:-1]
    if kind == "swapped":
        return true[::-1]
    if kind == "more":
        return (*true, OTHERS[0])
    return consistency_proof(other, old, size) if kind == "of the other" else true


def play(world: World, simple: Simple, step: Step, at_s: int) -> int:
    """One request to both; they must say the same."""
    origin, history, more, place, kind, signer = step
    leaves = world.histories[history]
    other = world.histories["forked" if history == "honest" else "honest"]
    has = len(simple.has.get(origin, ()))
    size = min(SIZE_MAX, has + more)
    old = {"right": has, "stale": max(0, has - 1 - more), "wild": (7 * has + 5 * more) % (SIZE_MAX + 2)}[place]
    proof = proof_of(kind, leaves, other, old, size)
    named = origin if signer != "unknown" else "log/nobody"
    head = Checkpoint(origin=named, size=size, root=root_of(leaves[:size]))
    note = sign_checkpoint(head, KEYS[origin] if signer == "log" else STRANGER)
    before = len(world.splits)
    reply = world.ask(request_bytes(old=old, proof=proof, note=note), at_s)
    status, split = simple.judge(origin, tuple(leaves[:size]), old, proof, signer)
    assert (reply.status, len(world.splits) > before) == (status, split), step
    if status == 200:
        opened = open_head(note + reply.body, only(origin, KEYS[origin].public), [WITNESS])
        assert [(one.key, one.at_s) for one in opened.cosigned] == [(OWN.public, at_s)]
        world.cosigned.append((origin, tuple(leaves[:size])))
    elif status == 409:
        assert reply.body == b"%d\n" % has
    return status


def consistent(world: World) -> None:
    """No two heads cosigned for one log contradict each other: by their entries, and as anybody else would see it."""
    for (origin, one), (other_origin, other) in combinations(world.cosigned, 2):
        if origin == other_origin:
            old, new = sorted((one, other), key=len)
            assert new[: len(old)] == old
            proof = consistency_proof(new, len(old), len(new))
            assert check_consistency(old=len(old), old_root=root_of(old), new=len(new), new_root=root_of(new), proof=proof)
    for split in world.splits:
        keys = only(split.origin, KEYS[split.origin].public)
        one, other = open_head(split.one, keys).checkpoint, open_head(split.other, keys).checkpoint
        assert (one.size, other.size) == (split.size, split.size)
        assert one.root != other.root


def test_a_witness_says_what_one_that_has_all_entries_says_and_never_cosigns_two_histories() -> None:
    said: Counter[int] = Counter()
    caught = 0

    @settings(max_examples=150)
    @given(st.integers(1, 6), st.lists(STEPS, min_size=6, max_size=20))
    def played(fork: int, steps: list[Step]) -> None:
        nonlocal caught
        world, simple = World(fork), Simple()
        for at_s, step in enumerate(steps):
            said[play(world, simple, step, at_s)] += 1
        consistent(world)
        caught += len(world.splits)

    played()
    assert 0.2 <= said[200] / said.total() <= 0.4, said
    assert min(said[status] for status in (400, 403, 404, 409, 422)) >= 20, said
    assert caught >= 10


def test_a_forked_log_gets_no_further_with_a_witness_that_knows_the_other_history() -> None:
    """Every size and every old size of a fork, after the honest head of each size was cosigned."""
    tried = 0
    for fork in (1, 4, 7):
        for has in range(fork + 1, SIZE_MAX):
            for size in range(has, SIZE_MAX + 1):
                world, simple = World(fork), Simple()
                assert play(world, simple, ("log/one", "honest", has, "right", "true", "log"), 0) == 200
                for place in ("right", "stale", "wild"):
                    step = ("log/one", "forked", size - has, place, "true", "log")
                    assert play(world, simple, step, 1) in (400, 409, 422)
                    tried += 1
                assert len(world.cosigned) == 1
    assert tried > 300

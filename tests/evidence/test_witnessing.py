"""What a witness answers: C2SP tlog-witness, rule by rule, attacks first."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus

import pytest

from grown_logs import ORIGIN, GrownLog, cosigner
from rempart.errors import IntegrityError
from rempart.evidence.cosigning import open_cosignatures
from rempart.evidence.merkle import consistency_proof
from rempart.evidence.notes import parse_note
from rempart.evidence.witnessing import (
    NOTHING_WITNESSED,
    REQUEST_BYTES_MAX,
    AddCheckpoint,
    Witness,
    WitnessedState,
    parse_add_checkpoint,
    parse_conflict,
    read_cosignatures,
    render_add_checkpoint,
)

AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
LOG = GrownLog(20)
WITNESS = cosigner()


class MemoryStates:
    """States in memory; ``race`` is a state that another request writes in between."""

    def __init__(self) -> None:
        self.kept: dict[str, WitnessedState] = {}
        self.race: WitnessedState | None = None

    def latest(self, origin: str) -> WitnessedState:
        """Return what is kept."""
        return self.kept.get(origin, NOTHING_WITNESSED)

    def advance(self, origin: str, before: WitnessedState, after: WitnessedState) -> bool:
        """Keep it, unless another request was faster."""
        if self.race is not None:
            self.kept[origin], self.race = self.race, None
        if self.latest(origin) != before:
            return False
        self.kept[origin] = after
        return True


def asked(old: int, new: int, log: GrownLog = LOG, proof: tuple[bytes, ...] | None = None) -> bytes:
    hashes = consistency_proof(log.nodes, old, new) if proof is None else proof
    return render_add_checkpoint(AddCheckpoint(old_size=old, hashes=hashes, checkpoint=log.signed(new)))


def witness(*sizes: int) -> tuple[Witness, MemoryStates]:
    states = MemoryStates()
    made = Witness(WITNESS, [LOG.signer.key], states)
    old = 0
    for size in sizes:
        assert made.add_checkpoint(asked(old, size), AT).status is HTTPStatus.OK
        old = size
    return made, states


def test_two_roots_of_one_size_are_never_cosigned() -> None:
    """The attack that witnesses are for: a log that tells two stories."""
    made, states = witness(10)
    branched = GrownLog(20, salt=9)

    answers = [made.add_checkpoint(asked(old, 10, branched, ()), AT) for old in (0, 10)]
    grown = made.add_checkpoint(asked(10, 12, branched), AT)

    assert [a.status for a in answers] == [HTTPStatus.CONFLICT] * 2
    assert grown.status is HTTPStatus.UNPROCESSABLE_ENTITY
    assert states.latest(ORIGIN).root == LOG.checkpoint(10).root


def test_a_growing_log_is_cosigned() -> None:
    """Each time over a proof that nothing was changed."""
    made, states = witness(3, 4, 4, 11)

    answer = made.add_checkpoint(asked(11, 20), AT)

    assert answer.status is HTTPStatus.OK
    [line] = read_cosignatures(answer.body.encode(), LOG.checkpoint(20), [WITNESS.key])
    text = parse_note(LOG.signed(20)).text
    assert open_cosignatures(text, [line], [WITNESS.key])[0].at == AT
    assert states.latest(ORIGIN) == WitnessedState(size=20, root=LOG.checkpoint(20).root)


def test_who_is_behind_is_told_where_the_witness_is() -> None:
    """C2SP: 409, the size, and its own media type."""
    made, _ = witness(7)

    answer = made.add_checkpoint(asked(3, 9), AT)

    assert (answer.status, answer.body, answer.media_type) == (HTTPStatus.CONFLICT, "7\n", "text/x.tlog.size")
    assert parse_conflict(answer.body.encode()) == 7


def test_a_smaller_log_is_a_conflict() -> None:
    """One that was restored from a backup, or rolled back on purpose."""
    made, states = witness(9)

    assert made.add_checkpoint(asked(5, 5), AT).status is HTTPStatus.CONFLICT
    assert states.latest(ORIGIN).size == 9


def test_an_unknown_log_is_not_found() -> None:
    """Whoever signed it."""
    made, _ = witness()

    answer = made.add_checkpoint(asked(0, 5, GrownLog(5, origin="stranger.example")), AT)

    assert answer.status is HTTPStatus.NOT_FOUND


def test_a_forged_checkpoint_is_forbidden() -> None:
    """Of a known log's name, by another key."""
    made, states = witness()

    answer = made.add_checkpoint(asked(0, 5, GrownLog(5, seed=3)), AT)

    assert answer.status is HTTPStatus.FORBIDDEN
    assert states.kept == {}


@pytest.mark.parametrize(
    "proof, status",
    [
        ((bytes(32),), HTTPStatus.UNPROCESSABLE_ENTITY),
        (consistency_proof(LOG.nodes, 8, 12), HTTPStatus.UNPROCESSABLE_ENTITY),
        ((), HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_a_wrong_proof_is_refused(proof: tuple[bytes, ...], status: HTTPStatus) -> None:
    """One hash of nothing, one of other sizes, none."""
    made, states = witness(7)

    assert made.add_checkpoint(asked(7, 12, proof=proof), AT).status is status
    assert states.latest(ORIGIN).size == 7


def test_a_first_checkpoint_needs_no_proof_and_takes_none() -> None:
    """The proof must be empty if the old size is zero."""
    made, _ = witness()

    assert made.add_checkpoint(asked(0, 5, proof=(bytes(32),)), AT).status is HTTPStatus.UNPROCESSABLE_ENTITY


def test_an_old_size_above_the_new_one_is_no_request() -> None:
    """C2SP: 400."""
    made, _ = witness(7)

    assert made.add_checkpoint(asked(7, 5, proof=()), AT).status is HTTPStatus.BAD_REQUEST


def test_whoever_is_slower_gets_a_conflict() -> None:
    """The race that C2SP describes: comparing and keeping are one step."""
    made, states = witness(7)
    states.race = WitnessedState(size=15, root=LOG.checkpoint(15).root)

    answer = made.add_checkpoint(asked(7, 9), AT)

    assert (answer.status, answer.body) == (HTTPStatus.CONFLICT, "15\n")
    assert states.latest(ORIGIN).size == 15


def test_an_empty_log_has_one_root() -> None:
    """With any other it would be two stories of nothing."""
    made, _ = witness()

    assert made.add_checkpoint(asked(0, 0), AT).status is HTTPStatus.OK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n\n",
        asked(0, 5).replace(b"old 0", b"old 00"),
        asked(0, 5).replace(b"old 0", b"new 0"),
        asked(0, 5).replace(b"\n\n", b"\n", 1),
        asked(3, 5).replace(b"\n", b"\r\n"),
        asked(0, 5) + b"x" * REQUEST_BYTES_MAX,
        asked(0, 5, proof=(bytes(32),) * 64),
        b"\xff" + asked(0, 5),
        asked(0, 5)[:-5],
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """Whatever it is, with an answer."""
    made, states = witness()

    assert made.add_checkpoint(body, AT).status is HTTPStatus.BAD_REQUEST
    assert states.kept == {}


def test_a_request_is_read_as_it_was_written() -> None:
    """Word for word."""
    request = AddCheckpoint(old_size=3, hashes=(bytes(32),), checkpoint=LOG.signed(5))

    assert parse_add_checkpoint(render_add_checkpoint(request)) == request


@pytest.mark.parametrize("answer", [b"", b"x\n", b"\n", "\u2014 a b\n".encode(), b"\xff\n", b"7\n", b"\n" * 70_000])
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    """A witness is not believed either."""
    with pytest.raises(IntegrityError):
        read_cosignatures(answer, LOG.checkpoint(5), [WITNESS.key])


def test_a_cosignature_by_another_key_or_of_another_state_is_refused() -> None:
    """The first is passed over, and nothing is left."""
    text = parse_note(LOG.signed(5)).text
    stranger = cosigner("stranger.example", 9).cosign(text, AT).line.encode()
    other = WITNESS.cosign(parse_note(LOG.signed(6)).text, AT).line.encode()

    for answer in (stranger, other):
        with pytest.raises(IntegrityError):
            read_cosignatures(answer, LOG.checkpoint(5), [WITNESS.key])


@pytest.mark.parametrize("answer", [b"", b"7", b"-1\n", b"07\n", b"7\n8\n", b"9" * 40 + b"\n"])
def test_a_size_that_is_none_is_refused(answer: bytes) -> None:
    """In the answer of a conflict."""
    with pytest.raises(IntegrityError, match="names no size"):
        parse_conflict(answer)

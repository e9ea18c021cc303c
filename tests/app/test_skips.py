"""What was not compared is the same once it was written and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rempart.app.intake import Plain, Role, Skipped
from rempart.app.skips import skipped_from_json, skipped_to_json
from rempart.model import Stopped, StopReason, Unreadable, UnreadableReason

OUTCOMES = st.one_of(
    st.builds(Unreadable, reason=st.sampled_from(UnreadableReason), detail=st.text()),
    st.builds(Stopped, reason=st.sampled_from(StopReason), rule=st.text()),
    st.sampled_from(Plain),
)
#: Names that are no UTF-8 too, as the file system gives them.
LABELS = st.one_of(st.text(), st.binary().map(lambda b: b.decode("utf-8", "surrogateescape")))


@given(st.builds(Skipped, label=LABELS, role=st.sampled_from(Role), outcome=OUTCOMES))
def test_round_trip(skipped: Skipped) -> None:
    """Whatever the name, the reason and the detail."""
    assert skipped_from_json(skipped_to_json(skipped)) == skipped

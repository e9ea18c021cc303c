"""The words of the command line are those of the model, without importing it for --help."""

from __future__ import annotations

from rempart.cli import job, right_options
from rempart.cli.consent import SCOPES
from rempart.model.asset import ConsentScope, Depicts, GroundKind, Right
from rempart.model.work import JobState
from rempart.register import CONSENT_TEXTS


def test_every_choice_is_a_word_of_the_model() -> None:
    """No more, no fewer."""
    assert set(SCOPES) == {str(scope) for scope in ConsentScope}
    assert {g.replace("-", "_") for g in right_options.GROUNDS} == {str(ground) for ground in GroundKind}
    assert set(right_options._DEPICTS) == {str(depicts) for depicts in Depicts}
    assert set(job._STATES) == {str(state) for state in JobState}


def test_every_scope_has_its_text_in_two_languages() -> None:
    """A person agrees to what she was shown."""
    assert set(CONSENT_TEXTS) == set(ConsentScope)
    assert all(text.fr and text.en and text.fr != text.en for text in CONSENT_TEXTS.values())


def test_options_become_a_right() -> None:
    """What is not stated stays unstated."""
    stated = right_options.right_of("self", "own-work", adults_when_taken=True)

    assert stated == Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)
    assert right_options.right_of(None, None, adults_when_taken=False) == Right()

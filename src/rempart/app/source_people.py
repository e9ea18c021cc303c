"""By what right a source is watched that speaks of a person: her own consent, or a case; and whether that still holds.

Places are watched, not people. What names somebody is watched for her only, and never longer than
:data:`rempart.model.source.PERSON_DAYS_MOST` days; the moment the consent or the case ends, so does the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.app.workspace import Workspace
from rempart.collect.naming import could_name_person, is_owner_in, query_in, speaks_of_person
from rempart.errors import IntegrityError, MisuseError, NotFoundError, RefusedError
from rempart.model.asset import ConsentScope
from rempart.model.evidence import Case, CaseState
from rempart.model.ids import CaseId, OwnerId
from rempart.model.source import Place, Source, SourceState

_BY_RIGHT: Final = (
    "Watch a place instead. Or with her consent: --owner NAME, after rempart consent grant NAME --scope watch. "
    "Or inside an open case: --case CASE. It then ends within 30 days."
)
_STATE: Final = (
    "If these words are nobody's name, whoever authorises it can state so: --names-nobody. If they are somebody's: "
    "--owner NAME with her consent, or --case CASE."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRight:
    """By what right a source speaks of somebody; empty if it speaks of nobody."""

    owner: OwnerId | None = None
    """Whose consent it rests on."""
    case: CaseId | None = None
    """Which case it rests on."""

    @property
    def is_about_person(self) -> bool:
        """Tell whether it ends within days."""
        return self.owner is not None or self.case is not None


def require_right(
    workspace: Workspace, place: Place, *, owner: str = "", case: str = "", names_nobody: bool = False
) -> PersonRight:
    """Make sure that a place may be watched, as far as people are concerned.

    1. With neither owner nor case, it speaks of nobody, as far as its form tells; of words that are unknown somebody
       says so.
    2. An owner's consent holds, and she is who the place names, if it names an owner.
    3. A case is open, she did not take back that she is watched for, and it is hers that the place names.

    Args:
        workspace: Whose owners and cases.
        place: The source.
        owner: Her name or identifier; empty for none.
        case: A case's identifier; empty for none.
        names_nobody: The person who authorises it states that its words are no name.

    Raises:
        RefusedError: it speaks of a person without her consent, and outside a case.
        NotFoundError: there is no such owner or case.
        MisuseError: owner and case are not of the same person.
    """
    names = {each.id: each.name for each in workspace.owners.all()}
    if not owner and not case:  # (1)
        _require_nobody(place, tuple(names.values()), names_nobody=names_nobody)
        return PersonRight()
    hers = workspace.owners.get(owner).id if owner else None
    opened = workspace.cases.get(case) if case else None
    if hers and opened and opened.owner != hers:
        message = f"the case {opened.id} is not this owner's"
        raise MisuseError(message, advice="Name one of them: --owner or --case.")
    if hers and (reason := _consent_missing(workspace, hers)):  # (2)
        message = f"nobody is watched for without her consent: {reason}"
        raise RefusedError(message, advice="After she has read it: rempart consent grant NAME --scope watch")
    if opened and (reason := _case_missing(workspace, opened)):  # (3)
        message = f"the case does not allow it: {reason}"
        raise RefusedError(message, advice="See it with: rempart case show")
    named = {each for each, name in names.items() if is_owner_in(place.text, [name])}
    about = hers or (opened.owner if opened else None)
    if named and about not in named:
        message = "this source names another owner than the one who consents"
        raise RefusedError(message, advice="Each person consents for herself.")
    return PersonRight(owner=hers, case=opened.id if opened else None)


def why_not_allowed(workspace: Workspace, source: Source) -> str:
    """Tell why what a source rests on does not hold any more.

    Returns:
        Why, in words, without a name; empty if it does.
    """
    new = source.new
    if source.state is not SourceState.ACTIVE:
        return "it ended"
    if new.authorised_by not in workspace.users.names():
        return "nobody answers for it any more"
    if new.owner and (reason := _consent_missing(workspace, new.owner)):
        return reason
    if new.case:
        try:
            return _case_missing(workspace, workspace.cases.get(new.case))
        except (NotFoundError, IntegrityError):
            return "its case was erased"
    return ""


def _require_nobody(place: Place, names: tuple[str, ...], *, names_nobody: bool) -> None:
    if reason := speaks_of_person(place, names):
        message = f"this source speaks of a person: {reason}"
        raise RefusedError(message, advice=_BY_RIGHT)
    if not names_nobody and could_name_person(query_in(place)):
        message = "this query has words that may be somebody's name"
        raise RefusedError(message, advice=_STATE)


def _consent_missing(workspace: Workspace, owner: OwnerId) -> str:
    if workspace.consents.holds(ConsentScope.WATCH, owner):
        return ""
    return "she took back her consent" if _took_back(workspace, owner) else "she did not give it"


def _case_missing(workspace: Workspace, case: Case) -> str:
    if case.state is not CaseState.OPEN:
        return "its case is closed"
    is_held = workspace.consents.holds(ConsentScope.WATCH, case.owner)
    return "she took back her consent" if not is_held and _took_back(workspace, case.owner) else ""


def _took_back(workspace: Workspace, owner: OwnerId) -> bool:
    return any(each.scope is ConsentScope.WATCH and each.withdrawn_at for each in workspace.consents.of(owner))

"""What the report says of suspects that partners list, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rempart.app.listed import Listed, Said
from rempart.model.exchange import Label, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTexts:
    """Every sentence of the section, in one language."""

    title: str
    meaning: str
    partners: str
    worth: str
    gap: str
    opinions: str
    labels: Mapping[Label, str]
    disputed: str
    bits: str
    inner: str
    own: str
    passed_on: str
    here: str
    verdicts: Mapping[Verdict, str]

    def listed_as(self, event: Listed) -> str:
        """Say what a listing is worth."""
        if event.listed_as is Label.REVIEWED and not event.may_act:
            return self.disputed
        return self.labels[event.listed_as]

    def distance(self, event: Listed) -> str:
        """Say how close the suspect is, and whether as a whole."""
        bits = self.bits.format(bits=event.distance_bits)
        return f"{bits}, {self.inner}" if event.is_inner else bits

    def said(self, opinion: Said) -> str:
        """Say what one side thinks."""
        template = self.passed_on if opinion.source else self.own
        partner = opinion.partner or self.here
        return template.format(partner=partner, source=opinion.source, verdict=self.verdicts[opinion.verdict])


_FRENCH: Final = ListedTexts(
    title="Signalés par des partenaires",
    meaning="Ces fichiers sont proches d’une empreinte qu’un partenaire a transmise. Ce ne sont pas des "
    "correspondances avec vos images, et rien n’en découle automatiquement : une empreinte déclarée n’a été vérifiée "
    "par personne, et une empreinte vérifiée l’a été ailleurs. Les avis contraires sont montrés côte à côte. "
    "C’est une personne qui décide.",
    partners="Partenaires",
    worth="Ce qu’ils en disent",
    gap="Écart",
    opinions="Avis",
    labels={
        Label.SELF_DECLARED: "déclarée, vérifiée par personne",
        Label.REVIEWED: "vérifiée par une personne du partenaire, contestée par personne",
        Label.CONTESTED: "contestée",
        Label.WITHDRAWN: "retirée",
    },
    disputed="vérifiée par les uns, contestée par d’autres",
    bits="{bits} sur 256 bits",
    inner="dans une image plus grande",
    own="{partner}\N{NO-BREAK SPACE}: {verdict}",
    passed_on="{source}, d’après {partner}\N{NO-BREAK SPACE}: {verdict}",
    here="cet espace de travail",
    verdicts={
        Verdict.CONFIRMS: "confirme",
        Verdict.UNDECIDED: "ne se prononce pas",
        Verdict.DISPUTES: "conteste",
    },
)

_ENGLISH: Final = ListedTexts(
    title="Listed by partners",
    meaning="These files are close to a fingerprint that a partner passed on. They are no matches of your pictures, "
    "and nothing follows from them by itself: a self-declared fingerprint was reviewed by nobody, and a reviewed one "
    "was reviewed elsewhere. Opinions that differ are shown side by side. A person decides.",
    partners="Partners",
    worth="What they say of it",
    gap="Difference",
    opinions="Opinions",
    labels={
        Label.SELF_DECLARED: "self-declared, reviewed by nobody",
        Label.REVIEWED: "reviewed by a person of the partner, disputed by nobody",
        Label.CONTESTED: "contested",
        Label.WITHDRAWN: "withdrawn",
    },
    disputed="reviewed by some, disputed by others",
    bits="{bits} in 256 bits",
    inner="inside a larger picture",
    own="{partner}: {verdict}",
    passed_on="{source}, as {partner} passes on: {verdict}",
    here="this workspace",
    verdicts={verdict: str(verdict) for verdict in Verdict},
)

LISTED_TEXTS: Final[Mapping[str, ListedTexts]] = {"fr": _FRENCH, "en": _ENGLISH}

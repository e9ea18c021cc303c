"""What a person is told before she agrees, in French and English; each text has a version, and is stored as shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.model.asset import ConsentScope


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """One scope, explained."""

    version: int
    """Raised with every change of a word."""
    fr: str
    """In French."""
    en: str
    """In English."""

    def shown(self, language: str) -> str:
        """Return the text in a language."""
        return self.fr if language == "fr" else self.en


CONSENT_TEXTS: Final = {
    ConsentScope.MATCH: ConsentText(
        version=1,
        fr="J’accepte que les empreintes de mes images soient comparées à des fichiers et à des pages suspectes. Une "
        "empreinte par image est conservée, jamais l’image. Je peux arrêter à tout moment, aussi simplement.",
        en="I agree that the fingerprints of my pictures are compared with suspect files and pages. One fingerprint "
        "per picture is kept, never the picture. I can stop at any time, as simply.",
    ),
    ConsentScope.WATCH: ConsentText(
        version=1,
        fr="J’accepte que des lieux publics du web soient consultés régulièrement pour y chercher des copies de mes "
        "images. Des lieux sont surveillés, jamais des personnes.",
        en="I agree that public places of the web are looked at regularly for copies of my pictures. Places are "
        "watched, never people.",
    ),
    ConsentScope.EXCHANGE: ConsentText(
        version=1,
        fr="J’accepte que l’empreinte entière de mes images, sans nom ni date, soit transmise à des partenaires qui "
        "empêchent leur mise en ligne. Un retrait leur est transmis, et leur réponse est attendue.",
        en="I agree that the whole-frame fingerprint of my pictures, without name or date, is given to partners who "
        "prevent their upload. A withdrawal is passed on to them, and their answer is waited for.",
    ),
    ConsentScope.EVIDENCE: ConsentText(
        version=1,
        fr="J’accepte que les pages où mes images apparaissent soient capturées et scellées comme preuves. Arrêter "
        "d’agir et effacer les preuves sont deux choix séparés.",
        en="I agree that the pages on which my pictures appear are captured and sealed as evidence. To stop acting and "
        "to erase the evidence are two separate choices.",
    ),
    ConsentScope.NOTICE: ConsentText(
        version=1,
        fr="J’accepte que des notifications de retrait soient envoyées, par une personne, à ceux qui hébergent mes "
        "images. Certaines peuvent apprendre à la personne qui les a publiées que quelqu’un agit : on me le dit avant.",
        en="I agree that removal notices are sent, by a person, to those who host my pictures. Some may tell whoever "
        "published them that somebody acts: I am told so before.",
    ),
    ConsentScope.DISCLOSE_LEGAL_NAME: ConsentText(
        version=1,
        fr="J’accepte que mon nom légal figure dans les notifications qui l’exigent. Sans cet accord, une association "
        "ou un agent signe à ma place. La personne qui a publié mes images peut en avoir connaissance.",
        en="I agree that my legal name appears in the notices that require it. Without this, an association or an "
        "agent signs in my place. Whoever published my pictures may come to know it.",
    ),
    ConsentScope.DETAILED: ConsentText(
        version=2,
        fr="J’accepte que des empreintes de parties de mes images soient conservées aussi, pour retrouver des copies "
        "recadrées. À elles toutes, elles permettraient de redessiner l’image de façon reconnaissable : elles sont "
        "chiffrées sous une clé propre à chaque image, hors de la base, jamais exportées ni imprimées. Si l’on a réglé "
        "ici un modèle de reconnaissance de copies, la description qu’il fait de l’image, qui peut en dire autant sur "
        "une personne, est gardée de même. Sans cet accord, une seule empreinte est gardée, dont on ne tire aucune "
        "image.",
        en="I agree that fingerprints of parts of my pictures are kept too, so that cropped copies are found. All "
        "together they would let somebody redraw the picture so that it is recognised: they are encrypted under a key "
        "of each picture, outside the database, never exported or printed. If a model that recognises copies is set up "
        "here, what it describes of a picture, which may tell as much of a person, is kept in the same way. Without "
        "this, a single fingerprint is kept, from which no picture can be drawn.",
    ),
}

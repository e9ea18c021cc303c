"""The words of the report, in French and in English: one table, so that the type checker sees a missing sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rempart.app.intake import Role
from rempart.model import Orientation, StopReason, UnreadableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every sentence of the page, in one language."""

    title: str
    made: str
    no_media: str
    interrupted: str
    results: str
    counts: Mapping[str, str]
    matches: str
    matches_none: str
    matches_caption: str
    decoys: str
    decoys_meaning: str
    decoy_given_to: str
    suspect: str
    asset: str
    score: str
    place: str
    clues: str
    outline_title: str
    outline_legend: str
    same_bytes: str
    whole_frame: str
    inner_frame: str
    part: str
    parts: str
    points: str
    pixels: str
    same_thing: str
    learned: str
    explained: str
    inverted: str
    crop: str
    frame: str
    orientations: Mapping[Orientation, str]
    stopped: str
    stopped_advice: str
    unreadable_title: str
    plain: str
    plain_why: str
    item: str
    side: str
    why: str
    roles: Mapping[Role, str]
    unreadable: Mapping[UnreadableReason, str]
    stop_reasons: Mapping[StopReason, str]
    left_out: str
    reading: str
    reading_points: tuple[str, ...]
    made_by: str
    months: tuple[str, ...]
    date: str
    decimal: str
    colon: str

    def instant(self, when: dt.datetime) -> str:
        """Write an instant of UTC in full."""
        month = self.months[when.month - 1]
        day = "1er" if when.day == 1 and self.decimal == "," else str(when.day)
        return self.date.format(day=day, month=month, year=when.year, hour=when.hour, minute=f"{when.minute:02d}")

    def number(self, value: float, digits: int) -> str:
        """Write a number with this language's decimal sign."""
        return f"{value:.{digits}f}".replace(".", self.decimal)


_FRENCH: Final = Texts(
    title="Lesquelles sont des copies ?",
    made="Rapport du {when}, après {seconds} s de comparaison",
    no_media="Cette page ne contient aucune image : des noms, des contours et des mots.",
    interrupted="La comparaison a été interrompue : ce rapport montre ce qui avait été trouvé jusque-là.",
    results="Résultat",
    counts={
        "scanned": "fichiers comparés",
        "matched": "correspondent à une de vos images",
        "listed": "proches d’une empreinte de partenaires",
        "assets": "images protégées",
        "unreadable": "illisibles",
        "stopped": "arrêtés, jamais ouverts",
        "plain": "trop unis pour être comparés",
        "not_pictures": "pages et autres enregistrements d’archives du web, sans image",
    },
    matches="Correspondances",
    matches_none="Aucune des images comparées ne correspond aux vôtres par les indices décrits plus bas.",
    matches_caption="Chaque ligne est une proposition de la machine ; c’est une personne qui décide.",
    decoys="À voir d’abord : leurres refaits surface",
    decoys_meaning="Un leurre est une version remise à un seul canal. Comparez avec les autres versions de l’image "
    "avant de conclure. Il désigne le canal qui l’a reçu, jamais la personne qui l’a publiée.",
    decoy_given_to="Leurre remis à",
    suspect="Fichier suspect",
    asset="Image protégée",
    score="Score",
    place="Emplacement",
    clues="Indices",
    outline_title="Contour de l’image protégée dans le fichier suspect",
    outline_legend="Cadre : le fichier suspect. Trait épais : le haut de l’image protégée, "
    "le point marque son coin supérieur gauche.",
    same_bytes="les deux fichiers sont identiques, octet pour octet",
    whole_frame="même image entière, écart de {bits} sur 256 bits",
    inner_frame="trouvée dans une image plus grande, écart de {bits} sur 256 bits",
    part="partie de l’image, écart de {bits} sur 256 bits",
    parts="{count} parties sur {of} concordent, écart de {bits} sur 256 bits",
    points="{count} points sur {of} concordent",
    pixels="les pixels concordent",
    same_thing="la même chose dans une autre image, {count} points sur {of} concordent",
    learned="rapprochées à {percent} % par le modèle que vous avez fourni, {model}",
    explained="{percent} % de la texture expliquée",
    inverted="couleurs inversées",
    crop="un recadrage : {percent} % de l’image protégée est montré",
    frame="image n° {number} de l’animation",
    orientations={
        Orientation.ORIGINAL: "",
        Orientation.ROTATE90: "tournée d’un quart de tour à droite",
        Orientation.ROTATE180: "mise à l’envers",
        Orientation.ROTATE270: "tournée d’un quart de tour à gauche",
        Orientation.FLIPX: "retournée de haut en bas, en miroir",
        Orientation.FLIPY: "en miroir, gauche et droite échangées",
        Orientation.FLIPPLUS1: "en miroir et tournée d’un quart de tour",
        Orientation.FLIPMINUS1: "en miroir et tournée de trois quarts de tour",
    },
    stopped="Arrêtés : leur nom peut concerner une personne mineure",
    stopped_advice="Rien n’en a été ouvert, et rien ne doit l’être. Ne les ouvrez pas, ne les copiez pas, ne les "
    "transmettez pas. Signalez leur adresse à PHAROS (internet-signalement.gouv.fr) ou à Point de Contact "
    "(pointdecontact.net). Si c’est une image de vous prise avant vos 18 ans : le 3018, ou Take It Down "
    "(takeitdown.ncmec.org).",
    unreadable_title="Illisibles",
    plain="Trop unis pour être comparés",
    plain_why="Une image sans détail ressemble à toutes les autres : seule une copie identique à l’octet "
    "près aurait été trouvée.",
    item="Fichier",
    side="Nature",
    why="Raison",
    roles={Role.ASSET: "image protégée", Role.SUSPECT: "suspect"},
    unreadable={
        UnreadableReason.MISSING: "fichier absent",
        UnreadableReason.FORBIDDEN: "accès refusé",
        UnreadableReason.NOT_A_FILE: "n’est pas un fichier ordinaire (tube, socket ou périphérique)",
        UnreadableReason.LINK_LOOP: "lien symbolique qui ne peut pas être suivi",
        UnreadableReason.LINKED_FOLDER: "lien vers un dossier, non suivi (nommez ce dossier pour le comparer)",
        UnreadableReason.CHANGED: "modifié pendant la lecture",
        UnreadableReason.EMPTY: "fichier vide",
        UnreadableReason.TOO_MANY_BYTES: "trop d’octets",
        UnreadableReason.TOO_MANY_PIXELS: "trop de pixels",
        UnreadableReason.TOO_MANY_FRAMES: "trop d’images ou de pages",
        UnreadableReason.UNSUPPORTED: "format que Rempart ne lit pas",
        UnreadableReason.TRUNCATED: "fichier coupé",
        UnreadableReason.DAMAGED: "fichier endommagé",
        UnreadableReason.MEMORY: "demande plus de mémoire que permis",
        UnreadableReason.TIME: "demande plus de temps que permis",
        UnreadableReason.CRASHED: "a fait planter le décodeur",
        UnreadableReason.IO: "le disque n’a pas pu être lu",
        UnreadableReason.ENCRYPTED: "chiffré",
        UnreadableReason.LINKED_MEMBER: "lien dans une archive, non suivi (ce qu’il désigne est lu à sa place)",
        UnreadableReason.NAME_TOO_LONG: "nom trop long pour être jugé",
        UnreadableReason.BOMB: "se décompresse en trop d’octets",
        UnreadableReason.TOO_MANY_MEMBERS: "trop d’entrées dans l’archive",
        UnreadableReason.TOO_DEEP: "archive contenue dans trop d’autres",
    },
    stop_reasons={
        StopReason.MINOR_WORD: "mot qui désigne une personne mineure ou son école",
        StopReason.MINOR_AGE: "âge de moins de 18 ans",
        StopReason.BIRTH_YEAR: "année de naissance",
        StopReason.HOTLINE_VOCABULARY: "vocabulaire confié par un service de signalement",
        StopReason.KNOWN_ADDRESS: "adresse connue d’un service de signalement",
    },
    left_out="{count} lignes de plus ne sont pas montrées ici ; la commande les a toutes affichées.",
    reading="Comment lire cette page",
    reading_points=(
        (
            "Le score classe les correspondances, de 0 à 1. Ce n’est pas une probabilité : la probabilité qu’une "
            "correspondance soit fausse n’a pas encore été mesurée, et aucune n’est donc annoncée."
        ),
        (
            "Deux images sont rapprochées quand leurs empreintes diffèrent d’au plus {radius} bits sur 256, l’image "
            "pouvant avoir été recompressée, mise en miroir, tournée ou placée dans une autre ; ou quand des points ou "
            "des parties concordent, là où la protection de l’image permet de les garder."
        ),
        (
            "Une absence de correspondance ne prouve rien : une image dont il reste peu, ou qui a été beaucoup "
            "transformée, n’est pas reconnue ; ni le recadrage d’une image dont une seule empreinte est gardée."
        ),
        "Une correspondance dit que deux images se ressemblent. Elle ne dit ni qui a copié, ni pourquoi.",
    ),
    made_by="Rempart {version}, empreintes {pipeline}. Rien n’a été envoyé hors de cette machine.",
    months=tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    date="{day} {month} {year} à {hour} h {minute} (UTC)",
    decimal=",",
    colon="\N{NO-BREAK SPACE}: ",
)

_ENGLISH: Final = Texts(
    title="Which of these are copies?",
    made="Report of {when}, after a comparison of {seconds} s",
    no_media="This page holds no picture: names, outlines and words.",
    interrupted="The comparison was interrupted: this report shows what had been found until then.",
    results="Result",
    counts={
        "scanned": "files compared",
        "matched": "match one of your pictures",
        "listed": "close to a fingerprint of partners",
        "assets": "protected pictures",
        "unreadable": "unreadable",
        "stopped": "stopped, never opened",
        "plain": "too plain to be compared",
        "not_pictures": "pages and other records of web archives, no picture",
    },
    matches="Matches",
    matches_none="None of the pictures that were compared matches yours by the clues described below.",
    matches_caption="Each line is a machine's proposal; a person decides.",
    decoys="To look at first: decoys that surfaced",
    decoys_meaning="A decoy is a version that was handed to one channel only. Compare with the other versions of the "
    "picture before you conclude. It names the channel that received it, never the person who posted it.",
    decoy_given_to="Decoy handed to",
    suspect="Suspect file",
    asset="Protected picture",
    score="Score",
    place="Place",
    clues="Clues",
    outline_title="Outline of the protected picture in the suspect file",
    outline_legend="Frame: the suspect file. Thick line: the top of the protected picture, "
    "the dot marks its top left corner.",
    same_bytes="the two files are identical, byte for byte",
    whole_frame="same whole picture, difference of {bits} in 256 bits",
    inner_frame="found inside a larger picture, difference of {bits} in 256 bits",
    part="part of the picture, difference of {bits} in 256 bits",
    parts="{count} of {of} parts agree, difference of {bits} in 256 bits",
    points="{count} of {of} points agree",
    pixels="the pixels agree",
    same_thing="the same thing in another picture, {count} of {of} points agree",
    learned="found alike, {percent} %, by the model that you provided, {model}",
    explained="{percent} % of the texture explained",
    inverted="colours inverted",
    crop="a crop: {percent} % of the protected picture is shown",
    frame="frame {number} of the animation",
    orientations={orientation: orientation.in_words() for orientation in Orientation},
    stopped="Stopped: their names may concern a minor",
    stopped_advice="Nothing of them was opened, and nothing must be. Do not open, copy or forward them. Report their "
    "address to your country's INHOPE hotline or NCMEC (report.cybertip.org); in France, PHAROS "
    "(internet-signalement.gouv.fr) or Point de Contact (pointdecontact.net). If it is a picture of you taken before "
    "you were 18: Take It Down (takeitdown.ncmec.org).",
    unreadable_title="Unreadable",
    plain="Too plain to be compared",
    plain_why="A picture without detail resembles all others: only a copy identical to the byte would have been found.",
    item="File",
    side="Side",
    why="Reason",
    roles={Role.ASSET: "protected picture", Role.SUSPECT: "suspect"},
    unreadable={reason: reason.in_words() for reason in UnreadableReason},
    stop_reasons={
        StopReason.MINOR_WORD: "a word for a minor or for their school",
        StopReason.MINOR_AGE: "an age under 18",
        StopReason.BIRTH_YEAR: "a birth year",
        StopReason.HOTLINE_VOCABULARY: "vocabulary entrusted by a hotline",
        StopReason.KNOWN_ADDRESS: "an address that a hotline knows",
    },
    left_out="{count} more lines are not shown here; the command printed them all.",
    reading="How to read this page",
    reading_points=(
        (
            "The score ranks matches from 0 to 1. It is not a probability: the probability that a match is false has "
            "not been measured yet, so none is given."
        ),
        (
            "Two pictures are brought together when their fingerprints differ by {radius} bits of 256 at most; the "
            "picture may have been recompressed, mirrored, turned or put inside another; or when points or parts "
            "agree, where the picture's protection allows that they are kept."
        ),
        (
            "No match proves nothing: a picture of which little is left, or that was changed a lot, is not recognised; "
            "nor is a crop of a picture of which one fingerprint alone is kept."
        ),
        "A match says that two pictures resemble each other. It says neither who copied nor why.",
    ),
    made_by="Rempart {version}, fingerprints {pipeline}. Nothing was sent outside this machine.",
    months=tuple("January February March April May June July August September October November December".split()),
    date="{day} {month} {year}, {hour}:{minute} UTC",
    decimal=".",
    colon=": ",
)

TEXTS: Final[Mapping[str, Texts]] = {"fr": _FRENCH, "en": _ENGLISH}

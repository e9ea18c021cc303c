"""The words of ``rempart match``, in French and in English: one table, so that what is missing in one shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rempart.detect.checks import Why
from rempart.detect.reasons import Answer
from rempart.model.asset import AssetProtection


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingTexts:
    """Every sentence, in one language."""

    title: str
    no_media: str
    asset: str
    suspect: str
    side: str
    no_quality: str
    answers: Mapping[Answer, str]
    done: str
    clues: str
    same_bytes: str
    other_bytes: str
    whole: str
    inner: str
    no_whole: str
    no_inner: str
    parts: str
    points: str
    pixels: str
    in_frame: str
    pixels_points: str
    pixels_parts: str
    no_pixels: str
    protections_title: str
    protections: Mapping[AssetProtection, str]
    verdicts: Mapping[Answer, str]
    reasons: Mapping[Why, str]
    enough: str
    not_enough: str
    asset_drawing: str
    suspect_drawing: str
    cells: Mapping[str, str]
    placed: str
    tried: str
    frames: str


_FRENCH: Final = MatchingTexts(
    title="Pourquoi deux fichiers se correspondent, ou non",
    no_media="Ce dessin ne contient aucune image : des contours, des couleurs de mesure et des mots.",
    asset="Image protégée",
    suspect="Suspect",
    side="{side} : {label}, {width} x {height} pixels, détail {quality} sur 100",
    no_quality="{side} : {label}, {width} x {height} pixels, trop petite pour avoir une empreinte",
    answers={
        Answer.SAME_PICTURE: "La même image.",
        Answer.SAME_THING: "La même chose dans deux images : le suspect montre un élément de l’image protégée, le "
        "reste "
        "est une autre image. Ce n’est pas une correspondance.",
        Answer.DIFFERENT: "Deux images différentes.",
        Answer.TOO_PLAIN: "Trop unies pour le dire : seule une copie identique à l’octet près serait reconnue.",
    },
    done="Ce qui lui a été fait : {changes}.",
    clues="Indice par indice",
    same_bytes="octets : les deux fichiers sont identiques",
    other_bytes="octets : les deux fichiers diffèrent",
    whole="image entière : écart de {bits} sur 256 bits{turned} ; c’est un indice jusqu’à {radius}",
    inner="rectangle dans le suspect, ou suspect redressé ({frames} essayés) : écart de {bits} sur 256 bits{turned} "
    "; c’est un indice "
    "jusqu’à {radius}",
    no_whole="image entière : l’une des deux n’a pas d’empreinte",
    no_inner="rectangle dans le suspect : aucun à comparer",
    parts="parties : {count} s’accordent sur un emplacement ({known} de l’image protégée, {seen} du suspect)",
    points="points : {count} s’accordent sur un emplacement ({known} de l’image protégée, {seen} du suspect)",
    pixels="pixels : {explained} % de la texture visible des deux côtés est expliquée ; {shown} % de l’image protégée "
    "est montré et remplit {filled} % du suspect{frame}",
    in_frame=", jugé dans un rectangle à part",
    pixels_points="pixels : {count} points sur {of} concordent là où l’image se trouverait",
    pixels_parts="parties cherchées à leur place : {count} sur {of} concordent",
    no_pixels="pixels : la comparaison n’a pas abouti ({reason})",
    protections_title="Ce que Rempart répondrait, selon la protection de l’image",
    protections={
        AssetProtection.HASH_ONLY: "hash_only (une empreinte)",
        AssetProtection.DETAILED: "detailed (des parties aussi)",
        AssetProtection.VAULT: "vault (l’original aussi), ou scan --assets",
    },
    verdicts={
        Answer.SAME_PICTURE: "correspondance",
        Answer.SAME_THING: "pas de correspondance, mais la même chose dans une autre image",
        Answer.DIFFERENT: "pas de correspondance",
        Answer.TOO_PLAIN: "rien à comparer, sauf les octets",
    },
    reasons={
        Why.SAME_BYTES: "octets identiques",
        Why.ASSET_QUALITY: "détail de l’image protégée {value}, il en faut {limit} ({name})",
        Why.SUSPECT_QUALITY: "détail du suspect {value}, il en faut {limit} ({name})",
        Why.WHOLE_FRAME: "image entière à {value} bits, {limit} au plus ({name})",
        Why.INNER_FRAME: "rectangle à {value} bits, {limit} au plus ({name})",
        Why.PARTS_POINT: "poids des parties qui s’accordent {value}, il en faut {limit} ({name})",
        Why.POINTS_POINT: "poids des points qui s’accordent {value}, il en faut {limit} ({name})",
        Why.PARTS_AGREE: "{value} parties à leur place, il en faut {limit} ({name})",
        Why.PARTS_SHARE: "{value} % des parties visibles, il en faut {limit} % ({name})",
        Why.EXPLAINED: "{value} % de la texture expliquée, il en faut {limit} % ({name})",
        Why.EXPLAINED_FEW: "{value} % de la texture expliquée, avec peu de points il en faut {limit} % ({name})",
        Why.EXPLAINED_CLEAR: "{value} % de la texture expliquée, sans points il en faut {limit} % ({name})",
        Why.SEEN: "{value} % de l’image protégée montré, il en faut {limit} % ({name})",
        Why.FILLED: "{value} % du suspect rempli, il en faut {limit} % ({name})",
        Why.SHARED_POINTS: "{value} points concordent sur une chose, il en faut {limit} pour la nommer ({name})",
    },
    enough="suffit",
    not_enough="ne suffit pas",
    asset_drawing="L’image protégée, case par case",
    suspect_drawing="Le suspect, et où l’image protégée s’y trouve",
    cells={
        "agrees": "concorde",
        "unsure": "en partie",
        "differs": "diffère",
        "plain": "sans détail",
        "out": "non montré",
    },
    placed="trait épais : le haut de l’image protégée ; point : son coin supérieur gauche ; tirets : hors du suspect",
    tried="tirets : le meilleur emplacement essayé, qui n’explique pas le suspect",
    frames="pointillés : rectangles essayés",
)

_ENGLISH: Final = MatchingTexts(
    title="Why two files match, or do not",
    no_media="This drawing holds no picture: outlines, colours of measures, and words.",
    asset="Protected picture",
    suspect="Suspect",
    side="{side}: {label}, {width} x {height} pixels, detail {quality} of 100",
    no_quality="{side}: {label}, {width} x {height} pixels, too small to have a code",
    answers={
        Answer.SAME_PICTURE: "The same picture.",
        Answer.SAME_THING: "The same thing in two pictures: the suspect shows something of the protected picture, and "
        "the rest is another picture. This is no match.",
        Answer.DIFFERENT: "Two different pictures.",
        Answer.TOO_PLAIN: "Too plain to tell: only a copy identical to the byte would be recognised.",
    },
    done="What was done to it: {changes}.",
    clues="Clue by clue",
    same_bytes="bytes: the two files are identical",
    other_bytes="bytes: the two files differ",
    whole="whole picture: a difference of {bits} in 256 bits{turned}; it is a clue up to {radius}",
    inner="rectangle inside the suspect, or the suspect straightened ({frames} tried): a difference of {bits} in 256 "
    "bits{turned}; it is a clue up "
    "to {radius}",
    no_whole="whole picture: one of the two has no code",
    no_inner="rectangle inside the suspect: none to compare",
    parts="parts: {count} agree on a place ({known} of the protected picture, {seen} of the suspect)",
    points="points: {count} agree on a place ({known} of the protected picture, {seen} of the suspect)",
    pixels="pixels: {explained} % of the texture that both show is explained; {shown} % of the protected picture is "
    "shown, and fills {filled} % of the suspect{frame}",
    in_frame=", judged in a rectangle by itself",
    pixels_points="pixels: {count} of {of} points agree where the picture would be",
    pixels_parts="parts looked for in their place: {count} of {of} agree",
    no_pixels="pixels: the comparison came to nothing ({reason})",
    protections_title="What Rempart would answer, by the picture's protection",
    protections={
        AssetProtection.HASH_ONLY: "hash_only (one code)",
        AssetProtection.DETAILED: "detailed (parts too)",
        AssetProtection.VAULT: "vault (the original too), or scan --assets",
    },
    verdicts={
        Answer.SAME_PICTURE: "a match",
        Answer.SAME_THING: "no match, but the same thing in another picture",
        Answer.DIFFERENT: "no match",
        Answer.TOO_PLAIN: "nothing to compare but the bytes",
    },
    reasons={
        Why.SAME_BYTES: "identical bytes",
        Why.ASSET_QUALITY: "detail of the protected picture {value}, it takes {limit} ({name})",
        Why.SUSPECT_QUALITY: "detail of the suspect {value}, it takes {limit} ({name})",
        Why.WHOLE_FRAME: "whole picture {value} bits apart, {limit} at most ({name})",
        Why.INNER_FRAME: "rectangle {value} bits apart, {limit} at most ({name})",
        Why.PARTS_POINT: "weight of the parts that agree {value}, it takes {limit} ({name})",
        Why.POINTS_POINT: "weight of the points that agree {value}, it takes {limit} ({name})",
        Why.PARTS_AGREE: "{value} parts in their place, it takes {limit} ({name})",
        Why.PARTS_SHARE: "{value} % of the parts in view, it takes {limit} % ({name})",
        Why.EXPLAINED: "{value} % of the texture explained, it takes {limit} % ({name})",
        Why.EXPLAINED_FEW: "{value} % of the texture explained, with few points it takes {limit} % ({name})",
        Why.EXPLAINED_CLEAR: "{value} % of the texture explained, without points it takes {limit} % ({name})",
        Why.SEEN: "{value} % of the protected picture shown, it takes {limit} % ({name})",
        Why.FILLED: "{value} % of the suspect filled, it takes {limit} % ({name})",
        Why.SHARED_POINTS: "{value} points agree on a thing, it takes {limit} to name it ({name})",
    },
    enough="enough",
    not_enough="not enough",
    asset_drawing="The protected picture, cell by cell",
    suspect_drawing="The suspect, and where the protected picture lies in it",
    cells={
        "agrees": "agrees",
        "unsure": "in part",
        "differs": "differs",
        "plain": "no detail",
        "out": "not shown",
    },
    placed="thick line: the top of the protected picture; dot: its top left corner; dashes: outside the suspect",
    tried="dashes: the best placement tried, which does not explain the suspect",
    frames="dots: rectangles tried",
)

MATCHING_TEXTS: Final[Mapping[str, MatchingTexts]] = {"fr": _FRENCH, "en": _ENGLISH}

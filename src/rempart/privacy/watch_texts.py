"""What is stored of watched places, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.model.retention import RowClass
from rempart.privacy.retention import Activity, RetentionPolicy, Text

_WITH_ITS_SIGHTING: Final = Text(fr="Avec son repérage : {days} jours.", en="With its sighting: {days} days.")

WATCH_TABLE: Final = (
    RetentionPolicy(
        table="source",
        activity=Activity.DETECTION,
        name=Text(fr="Source surveillée", en="Source"),
        purpose=Text(
            fr="Savoir où chercher, qui en répond, pourquoi et jusqu’à quand : un lieu ; d’une personne, seulement ce "
            "à quoi elle consent ou ce qu’un dossier exige, 30 jours au plus.",
            en="Know where to look, who answers for it, why and until when: a place; of a person only what she "
            "consents to or a case needs, for 30 days at most.",
        ),
        basis=("6(1)(f)", "14(5)(b)"),
        data=Text(
            fr="Adresse ou requête, motif, position de lecture, scellés ; qui en répond ; terme ; décision sur "
            "l’information des personnes (art. 14) ; état ; décomptes.",
            en="Address or query, reason, position of reading, sealed; who answers for it; end; what was decided "
            "about informing people (art. 14); state; counts.",
        ),
        ends=Text(
            fr="{days} jours après sa fin, que fixe son terme (un an au plus) ou une personne.",
            en="{days} days after it ended, by its day (a year at most) or by a person.",
        ),
        setting="retention.events_days",
        row_class=RowClass.SOURCE,
    ),
    RetentionPolicy(
        table="frontier",
        activity=Activity.DETECTION,
        name=Text(fr="Élément à demander ou demandé", en="Item to ask for, or asked for"),
        purpose=Text(
            fr="Ne rien demander deux fois, ne rien perdre si l’ordinateur s’arrête.",
            en="Ask for nothing twice, lose nothing if the computer stops.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Adresse, scellée ; titres et noms de fichier qui y mènent, scellés et effacés dès qu’elle est demandée "
            "; ce que le site a répondu. D’un élément qui peut concerner un mineur : une empreinte à clé seulement.",
            en="Address, sealed; titles and file names that led to it, sealed and erased once it was asked for; what "
            "the host answered. Of an item that may concern a minor: a keyed digest only.",
        ),
        ends=Text(
            fr="{days} jours après avoir été vu la dernière fois ; avec sa source si elle prend fin plus tôt. Ce qui "
            "est écarté pour protéger un mineur reste écarté tant que la source est surveillée.",
            en="{days} days after it was seen last; with its source if that ends sooner. What was stopped to protect "
            "a minor stays stopped as long as the source is watched.",
        ),
        setting="retention.watch_days",
        row_class=RowClass.FRONTIER,
    ),
    RetentionPolicy(
        table="watched_thread",
        activity=Activity.DETECTION,
        name=Text(fr="Fil de discussion", en="Thread"),
        purpose=Text(
            fr="Savoir si un fil a changé sans le relire, reconnaître ses copies sur un site miroir.",
            en="Know whether a thread changed without reading it again, recognise its copies on a mirror.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Adresses, scellées ; empreintes à clé des derniers messages, signature de l’ensemble, décompte. Aucun "
            "mot, aucun auteur.",
            en="Addresses, sealed; keyed digests of the latest posts, a signature of the whole, a count. No word, no "
            "author.",
        ),
        ends=Text(
            fr="{days} jours après avoir été vu la dernière fois ; avec sa source si elle prend fin plus tôt.",
            en="{days} days after it was seen last; with its source if that ends sooner.",
        ),
        setting="retention.watch_days",
        row_class=RowClass.THREAD,
    ),
    RetentionPolicy(
        table="sighting_excerpt",
        activity=Activity.DETECTION,
        name=Text(fr="Extrait", en="Excerpt"),
        purpose=Text(
            fr="Comprendre un repérage dans un dossier ouvert, et relier ceux d’un même auteur dans ce dossier.",
            en="Understand a sighting within an open case, and tie those of one author together within it.",
        ),
        basis=("6(1)(f)", "9(2)(f)", "10 (LIL art. 46)"),
        data=Text(
            fr="Texte caviardé (noms, identifiants, téléphones, courriels masqués) et pseudonyme propre au dossier, "
            "scellés par la clé de ce dossier, hors de la base. Rien sans dossier.",
            en="Redacted text (names, handles, phones, e-mails masked) and a pseudonym of that case alone, sealed by "
            "the key of the case, outside the database. Nothing without a case.",
        ),
        ends=_WITH_ITS_SIGHTING,
        setting="retention.sightings_days",
        row_class=RowClass.SIGHTING,
    ),
    RetentionPolicy(
        table="search_hit",
        activity=Activity.DETECTION,
        name=Text(fr="Résultat de recherche", en="Search result"),
        purpose=Text(
            fr="Savoir à quel rang un moteur montre une page, pour demander le déréférencement.",
            en="Know how high a search engine shows a page, to ask for its delisting.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Adresse, scellée ; moteur, langue, rang, date.", en="Address, sealed; engine, language, rank, date."
        ),
        ends=Text(
            fr="72 heures ; {days} jours si sa page montre une copie.",
            en="72 hours; {days} days if its page shows a copy.",
        ),
        setting="retention.sightings_days",
        row_class=RowClass.SEARCH_HIT,
    ),
    RetentionPolicy(
        table="locator",
        activity=Activity.DETECTION,
        name=Text(fr="Localisateur (magnet, infohash, IPFS)", en="Locator (magnet, infohash, IPFS)"),
        purpose=Text(
            fr="Demander le retrait de ce qui circule de pair à pair ; rien n’est rejoint ni téléchargé.",
            en="Ask for the removal of what is shared between peers; nothing is joined or downloaded.",
        ),
        basis=("6(1)(f)",),
        data=Text(fr="Localisateur et page, scellés ; date.", en="Locator and page, sealed; date."),
        ends=Text(
            fr="72 heures ; {days} jours si sa page montre une copie.",
            en="72 hours; {days} days if its page shows a copy.",
        ),
        setting="retention.sightings_days",
        row_class=RowClass.LOCATOR,
    ),
    RetentionPolicy(
        table="alert",
        activity=Activity.DETECTION,
        name=Text(fr="Alerte", en="Alert"),
        purpose=Text(fr="Prévenir une personne absente.", en="Tell somebody who is not there."),
        basis=("6(1)(f)",),
        data=Text(fr="Référence tirée au hasard, priorité, date.", en="Reference drawn at random, priority, date."),
        ends=_WITH_ITS_SIGHTING,
        setting="retention.sightings_days",
        row_class=RowClass.SIGHTING,
    ),
    RetentionPolicy(
        table="alert_door",
        activity=Activity.DETECTION,
        name=Text(fr="Envoi d’une alerte", en="Sending of an alert"),
        purpose=Text(fr="Ne perdre aucune alerte.", en="Lose no alert."),
        basis=("6(1)(f)",),
        data=Text(
            fr="Par où, quand, et quand réessayer au plus tôt.",
            en="By which door, when, and when to try again at the earliest.",
        ),
        ends=_WITH_ITS_SIGHTING,
        setting="retention.sightings_days",
        row_class=RowClass.SIGHTING,
    ),
    RetentionPolicy(
        table="launch_plan",
        activity=Activity.DETECTION,
        name=Text(fr="Plan de lancement", en="Launch plan"),
        purpose=Text(
            fr="Surveiller plus souvent autour d’une parution.", en="Watch more often around the day of a launch."
        ),
        basis=("6(1)(b)", "6(1)(f)"),
        data=Text(
            fr="Titre et requêtes, scellés ; dates ; sources ; leurres ; qui en répond.",
            en="Title and queries, sealed; dates; sources; decoys; who answers for it.",
        ),
        ends=Text(
            fr="{days} jours après son dernier jour, ou avec la dernière source qui s’y réfère.",
            en="{days} days after its last day, or with the last source that refers to it.",
        ),
        setting="retention.watch_days",
        row_class=RowClass.PLAN,
    ),
    RetentionPolicy(
        table="referral",
        activity=Activity.DETECTION,
        name=Text(fr="Signalement à transmettre", en="Referral"),
        purpose=Text(
            fr="Remettre à PHAROS, à Point de Contact ou au NCMEC ce qui peut concerner un mineur, et le prouver.",
            en="Hand what may concern a minor over to PHAROS, Point de Contact or the NCMEC, and prove it.",
        ),
        basis=("6(1)(c)", "6(1)(f)", "10 (LIL art. 46)"),
        data=Text(
            fr="Empreinte à clé de l’adresse, ce qui a alerté, dates ; l’adresse, scellée, jusqu’au récépissé "
            "seulement ; le récépissé, scellé. Aucun contenu.",
            en="Keyed digest of the address, what raised the flag, dates; the address, sealed, until the receipt only; "
            "the receipt, sealed. No content.",
        ),
        ends=Text(
            fr="{days} jours après le récépissé ; avant, tant qu’il n’est pas remis.",
            en="{days} days after the receipt; before that, until it is handed over.",
        ),
        setting="retention.events_days",
        row_class=RowClass.REFERRAL,
    ),
    RetentionPolicy(
        table="frozen",
        activity=Activity.DETECTION,
        name=Text(fr="Empreinte écartée", en="Frozen digest"),
        purpose=Text(
            fr="Ne jamais redemander ce qui peut concerner un mineur, ni ses copies ailleurs.",
            en="Never ask again for what may concern a minor, nor for its copies elsewhere.",
        ),
        basis=("6(1)(c)", "6(1)(f)"),
        data=Text(
            fr="Empreintes à clé, dont aucune adresse ne se retrouve ; signatures de fils.",
            en="Keyed digests, from which no address can be found; signatures of threads.",
        ),
        ends=Text(
            fr="Tant que l’espace de travail existe : ce qui est écarté le reste.",
            en="As long as the workspace exists: what is stopped stays stopped.",
        ),
    ),
)

"""What is stored so that hosts are asked politely, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.model.retention import RowClass
from rempart.privacy.retention import Activity, RetentionPolicy, Text

OUTSIDE_TABLE: Final = (
    RetentionPolicy(
        table="host",
        activity=Activity.DETECTION,
        name=Text(fr="Hôte interrogé", en="Host that was asked"),
        purpose=Text(
            fr="Ne pas interroger un site plus vite ni plus souvent qu’il ne le supporte.",
            en="Not ask a site faster or more often than it bears.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Nom de l’hôte, scellé ; quand il peut être interrogé ; décomptes du jour. Aucune page, aucun auteur.",
            en="Name of the host, sealed; when it may be asked; counts of the day. No page, no author.",
        ),
        ends=Text(
            fr="{days} jours après la dernière requête, ou après la pause qu’il a demandée.",
            en="{days} days after it was last asked, or after the pause that it asked for.",
        ),
        setting="retention.scans_days",
        row_class=RowClass.HOST,
    ),
    RetentionPolicy(
        table="robots_copy",
        activity=Activity.DETECTION,
        name=Text(fr="Copie d’un robots.txt", en="Copy of a robots.txt"),
        purpose=Text(
            fr="Suivre les règles d’un site sans les redemander à chaque page (RFC 9309).",
            en="Follow the rules of a site without asking for them before each page (RFC 9309).",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Adresse du site et lignes qui nous concernent, scellées ; dates.",
            en="Address of the site and the lines that concern us, sealed; dates.",
        ),
        ends=Text(fr="{days} jours après sa lecture.", en="{days} days after it was read."),
        setting="retention.scans_days",
        row_class=RowClass.ROBOTS,
    ),
    RetentionPolicy(
        table="authorisation",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Autorisation d’une adresse", en="Authorisation of one address"),
        purpose=Text(
            fr="Prouver qui a répondu de la lecture d’une adresse signalée malgré un robots.txt, pourquoi et jusqu’à "
            "quand.",
            en="Prove who answered for reading one reported address in spite of a robots.txt, why, and until when.",
        ),
        basis=("6(1)(c)", "5(2)"),
        data=Text(
            fr="Adresse, raison et base légale, scellées ; qui, dates, nombre d’usages.",
            en="Address, reason and legal basis, sealed; who, dates, number of uses.",
        ),
        ends=Text(fr="{days} jours après sa fin.", en="{days} days after its end."),
        setting="retention.events_days",
        row_class=RowClass.AUTHORISATION,
    ),
)

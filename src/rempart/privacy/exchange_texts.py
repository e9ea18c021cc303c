"""What is stored for exchanges with partners, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.privacy.retention import Activity, RetentionPolicy, Text

_BY_ITS_PARTNER: Final = Text(
    fr="Quand le partenaire le retire, aussitôt et pour de bon ; l’effacement de tous les fichiers est prouvé.",
    en="When the partner removes it, at once and for good; that it left every file is proved.",
)
_FOR_GOOD: Final = Text(
    fr="Tant que l’espace de travail existe : sans cela, ce qui a été retiré reviendrait.",
    en="As long as the workspace exists: without it, what was removed would come back.",
)

EXCHANGE_TABLE: Final = (
    RetentionPolicy(
        table="partner",
        activity=Activity.EXCHANGE,
        name=Text(fr="Partenaire", en="Partner"),
        purpose=Text(
            fr="Savoir avec quelles organisations des empreintes sont échangées (art. 19).",
            en="Know with which organisations fingerprints are exchanged (art. 19).",
        ),
        basis=("6(1)(f)", "19"),
        data=Text(
            fr="Nom de l’organisation, scellé ; sa clé publique ; numéros de ses derniers fichiers.",
            en="The organisation's name, sealed; its public key; numbers of its last files.",
        ),
        ends=Text(fr="Tant que l’espace de travail existe.", en="As long as the workspace exists."),
    ),
    RetentionPolicy(
        table="imported_code",
        activity=Activity.EXCHANGE,
        name=Text(fr="Empreinte d’un partenaire", en="Partner's fingerprint"),
        purpose=Text(
            fr="Reconnaître des copies d’images que d’autres protègent.",
            en="Recognise copies of pictures that others protect.",
        ),
        basis=("6(1)(f)", "9(2)(f)"),
        data=Text(
            fr="Un code de 256 bits de l’image entière ; ni personne, ni dossier, ni date.",
            en="One code of 256 bits of the whole picture; no person, no case, no date.",
        ),
        ends=_BY_ITS_PARTNER,
    ),
    RetentionPolicy(
        table="imported_listing",
        activity=Activity.EXCHANGE,
        name=Text(fr="Avis d’un partenaire", en="Partner's opinion"),
        purpose=Text(
            fr="Montrer ce que chacun pense d’une empreinte, sans en faire la moyenne.",
            en="Show what each side thinks of a fingerprint, without averaging it.",
        ),
        basis=("6(1)(f)", "9(2)(f)"),
        data=Text(
            fr="Étiquette, avis, nom des organisations qui les donnent.",
            en="Label, opinions, names of the organisations that hold them.",
        ),
        ends=_BY_ITS_PARTNER,
    ),
    RetentionPolicy(
        table="imported_removed",
        activity=Activity.EXCHANGE,
        name=Text(fr="Empreinte retirée par un partenaire", en="Fingerprint removed by a partner"),
        purpose=Text(
            fr="Empêcher qu’une empreinte retirée revienne par un fichier plus ancien.",
            en="Keep a removed fingerprint from coming back by an older file.",
        ),
        basis=("6(1)(c)", "17"),
        data=Text(
            fr="Un condensat sous clé, d’où l’empreinte ne peut être tirée.",
            en="A keyed digest, from which the fingerprint cannot be drawn.",
        ),
        ends=_FOR_GOOD,
    ),
    RetentionPolicy(
        table="code_suspended",
        activity=Activity.EXCHANGE,
        name=Text(fr="Contestation retenue", en="Contest that was upheld"),
        purpose=Text(
            fr="Ne plus comparer une empreinte contestée, qui que ce soit qui la transmette.",
            en="No longer compare a contested fingerprint, whoever passes it on.",
        ),
        basis=("6(1)(c)", "21"),
        data=Text(
            fr="Un condensat sous clé, qui l’a décidé, quand.",
            en="A keyed digest, who decided it, when.",
        ),
        ends=_FOR_GOOD,
    ),
    RetentionPolicy(
        table="code_sent",
        activity=Activity.EXCHANGE,
        name=Text(fr="Empreinte transmise", en="Fingerprint given"),
        purpose=Text(
            fr="Faire effacer chez chaque partenaire une empreinte qui est retirée (art. 19).",
            en="Have each partner delete a fingerprint that is withdrawn (art. 19).",
        ),
        basis=("6(1)(c)", "17(2)", "19"),
        data=Text(
            fr="Un condensat de l’empreinte, scellé, et l’étiquette transmise ; ni image, ni titulaire, ni date.",
            en="A digest of the fingerprint, sealed, and the label that was told; no picture, no owner, no date.",
        ),
        ends=Text(
            fr="Tant que l’espace de travail existe : le retrait est redit dans chaque fichier suivant.",
            en="As long as the workspace exists: the removal is told again in each later file.",
        ),
    ),
)

"""What is stored of cases and evidence, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.privacy.retention import Activity, RetentionPolicy, Text

_CLAIMS: Final = ("6(1)(a)", "6(1)(f)", "9(2)(a)", "9(2)(f)")
_PROOF: Final = ("5(2)", "6(1)(f)", "17(3)(e)")
_STAYS: Final = Text(
    fr="Tant que l’espace de travail existe ; les mots scellés sous la clé d’une preuve s’effacent avec elle.",
    en="As long as the workspace exists; words sealed under the key of an item are erased with it.",
)


def _policy(table: str, name: Text, purpose: Text, data: Text, ends: Text, basis: tuple[str, ...]) -> RetentionPolicy:
    return RetentionPolicy(
        table=table, activity=Activity.ACCOUNTABILITY, name=name, purpose=purpose, basis=basis, data=data, ends=ends
    )


EVIDENCE_TABLE: Final = (
    _policy(
        "evidence_case",
        Text(fr="Dossier", en="Case"),
        Text(
            fr="Savoir pour qui et à quel titre on recueille des preuves.",
            en="Know for whom and by what right evidence is gathered.",
        ),
        Text(
            fr="Titulaire, titre, note et sel scellés sous la clé du dossier, dates.",
            en="Owner, ground, a note and a salt sealed under the case's key, dates.",
        ),
        _STAYS,
        _CLAIMS,
    ),
    _policy(
        "evidence_item",
        Text(fr="Preuve", en="Item of evidence"),
        Text(fr="Prouver ce qui a été vu, et quand.", en="Prove what was seen, and when."),
        Text(
            fr="Sorte, lien au dossier, empreinte des sommes ; nom et clé scellés sous la clé de la preuve. Le contenu "
            "est chiffré, hors de la base.",
            en="Kind, tie to the case, digest of the sums; name and key sealed under the item's own key. The content "
            "is encrypted, outside the database.",
        ),
        Text(
            fr="Sept jours après la demande d’effacement, sauf conservation légale ; "
            "reste un constat d’effacement signé.",
            en="Seven days after its erasure is asked for, unless held by law; a signed tombstone is left.",
        ),
        _CLAIMS,
    ),
    _policy(
        "evidence_recipient",
        Text(fr="Destinataire des preuves", en="Recipient of evidence"),
        Text(fr="Savoir qui peut ouvrir ce qui est scellé.", en="Know who can open what is sealed."),
        Text(fr="Rôle, scellé ; clé publique.", en="A role, sealed; a public key."),
        Text(
            fr="Tant que l’espace de travail existe : aucune commande ne l’efface.",
            en="As long as the workspace exists: no command erases it.",
        ),
        ("6(1)(f)", "9(2)(f)"),
    ),
    _policy(
        "custody_event",
        Text(fr="Événement de garde", en="Custody event"),
        Text(
            fr="Prouver qui a recueilli, vu, remis ou effacé une preuve, quand et pourquoi.",
            en="Prove who gathered, saw, handed over or erased evidence, when and why.",
        ),
        Text(
            fr="Qui, quoi, quand ; raison et destinataire scellés sous la clé de la preuve ou du dossier.",
            en="Who, what, when; reason and addressee sealed under the key of the item or the case.",
        ),
        _STAYS,
        _PROOF,
    ),
    _policy(
        "legal_hold",
        Text(fr="Conservation légale", en="Legal hold"),
        Text(
            fr="Garder une preuve nécessaire à une action en justice, jusqu’à un jour dit.",
            en="Keep evidence that a legal claim needs, until a day that is said.",
        ),
        Text(
            fr="Qui l’a décidée, jusqu’à quand ; raison, scellée.", en="Who decided it, until when; a reason, sealed."
        ),
        _STAYS,
        _PROOF,
    ),
    _policy(
        "erasure_request",
        Text(fr="Demande d’effacement", en="Request for erasure"),
        Text(fr="Effacer au jour dit, et pouvoir le prouver.", en="Erase on the day that is due, and prove it."),
        Text(
            fr="Preuve, dates, qui l’a notée ; raison, scellée.", en="Item, dates, who wrote it down; a reason, sealed."
        ),
        _STAYS,
        ("5(2)", "6(1)(c)", "17"),
    ),
    _policy(
        "evidence_handoff",
        Text(fr="Remise d’un dossier", en="Hand-off of a dossier"),
        Text(
            fr="Savoir qui prévenir d’un effacement (RGPD, article 19).",
            en="Know whom to tell of an erasure (GDPR, article 19).",
        ),
        Text(fr="À qui, scellé ; quelles preuves, quand.", en="To whom, sealed; which items, when."),
        _STAYS,
        ("6(1)(c)", "19"),
    ),
    _policy(
        "evidence_certificates",
        Text(fr="Certificats de scellement", en="Certificates that seal"),
        Text(fr="Vérifier ce qui a été scellé.", en="Verify what was sealed."),
        Text(
            fr="Certificats publics, qui nomment l’organisation.",
            en="Public certificates, which name the organisation.",
        ),
        Text(
            fr="Jamais : ce qu’ils ont scellé doit rester vérifiable.",
            en="Never: what they sealed must remain verifiable.",
        ),
        ("6(1)(f)",),
    ),
)

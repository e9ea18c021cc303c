"""What is stored of the transparency log, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.privacy.retention import Activity, RetentionPolicy, Text

_NEVER: Final = Text(
    fr="Jamais : c’est ce qui empêche de réécrire le passé. Le sel effacé, rien n’y désigne personne.",
    en="Never: this is what keeps the past from being rewritten. Once the salt is gone, it points at nobody.",
)
_PURPOSE: Final = Text(
    fr="Prouver à quiconque que rien n’a été modifié ni retiré de ce qui a été consigné.",
    en="Prove to anybody that nothing that was logged was changed or removed.",
)
_BASIS: Final = ("5(2)", "6(1)(f)", "17(3)(e)")


def _public(table: str, name: Text, data: Text) -> RetentionPolicy:
    return RetentionPolicy(
        table=table,
        activity=Activity.ACCOUNTABILITY,
        name=name,
        purpose=_PURPOSE,
        basis=_BASIS,
        data=data,
        ends=_NEVER,
    )


LOG_TABLE: Final = (
    _public(
        "log_name",
        Text(fr="Nom du journal de preuve", en="Name of the log of evidence"),
        Text(fr="Nom choisi par l’association, date.", en="A name that the association chose, a date."),
    ),
    _public(
        "log_leaf",
        Text(fr="Feuille du journal de preuve", en="Leaf of the log of evidence"),
        Text(
            fr="Engagement salé de 32 octets (HMAC-SHA256), sans date : ni nom, ni adresse, ni empreinte.",
            en="A salted commitment of 32 bytes (HMAC-SHA256), without a date: no name, no address, no fingerprint.",
        ),
    ),
    _public(
        "log_node",
        Text(fr="Nœud du journal de preuve", en="Node of the log of evidence"),
        Text(fr="Empreintes des feuilles, deux à deux.", en="Hashes of the leaves, two by two."),
    ),
    _public(
        "log_checkpoint",
        Text(fr="État signé du journal de preuve", en="Signed state of the log of evidence"),
        Text(fr="Nombre d’entrées, empreinte de l’ensemble, date.", en="How many entries, the hash of all, a date."),
    ),
    _public(
        "log_cosignature",
        Text(fr="Cosignature d’un témoin", en="Cosignature of a witness"),
        Text(
            fr="Nom et clé publique d’une association sœur, sa signature, date.",
            en="Name and public key of a sister association, its signature, a date.",
        ),
    ),
    _public(
        "log_ahead",
        Text(fr="Désaccord d’un témoin", en="Disagreement of a witness"),
        Text(
            fr="Nom d’une association sœur, nombre d’entrées qu’elle a vues, date.",
            en="Name of a sister association, how many entries it saw, a date.",
        ),
    ),
    RetentionPolicy(
        table="log_entry",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Ouverture d’une feuille du journal", en="Opening of a leaf of the log"),
        purpose=Text(
            fr="Montrer à quoi une feuille du journal s’engage, tant que la preuve existe.",
            en="Show what a leaf of the log commits to, as long as the evidence exists.",
        ),
        basis=_BASIS,
        data=Text(
            fr="Sel, sorte et contenu d’un événement, scellés sous la clé de son objet ; deux empreintes à clé.",
            en="Salt, kind and content of an event, sealed under the key of what it is about, and two keyed digests.",
        ),
        ends=Text(
            fr="À l’effacement de la preuve, aussitôt ; sans sa clé, rien ne la relie plus à sa feuille.",
            en="When the evidence is erased, at once; without its key, nothing ties it to its leaf any more.",
        ),
    ),
)

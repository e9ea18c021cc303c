"""What is stored so that a leak can be traced to a copy, table by table, in French and in English."""

from __future__ import annotations

from typing import Final

from rempart.model.retention import RowClass
from rempart.privacy.retention import Activity, RetentionPolicy, Text

_BY_COMMAND: Final = Text(
    fr="Par « rempart recipient forget » : seul un numéro reste, pour n’accuser personne d’autre à sa place.",
    en="By “rempart recipient forget”: a number alone is left, so that nobody else is accused in her place.",
)
_WITH_ITS_ASSET: Final = Text(fr="Au retrait de l’image, aussitôt.", en="When the picture is withdrawn, at once.")

COPIES_TABLE: Final = (
    RetentionPolicy(
        table="recipient",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Destinataire de copies", en="Recipient of copies"),
        purpose=Text(
            fr="Remettre à chaque destinataire prévenu une copie qui lui est propre.",
            en="Give each recipient who was told a copy of her own.",
        ),
        basis=("6(1)(b)", "6(1)(f)"),
        data=Text(
            fr="Nom, référence, groupe et manière dont elle a été prévenue, scellés ; date de l’information ; numéro.",
            en="Name, reference, group and how she was told, sealed; the day she was told; a number.",
        ),
        ends=_BY_COMMAND,
    ),
    RetentionPolicy(
        table="marked_copy",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Copie marquée", en="Marked copy"),
        purpose=Text(fr="Savoir de quoi une copie a été remise.", en="Know of what a copy was given."),
        basis=("6(1)(b)", "6(1)(f)"),
        data=Text(
            fr="Identifiants de l’image et du destinataire, version, date. Jamais la copie.",
            en="Identifiers of the picture and of the recipient, version, date. Never the copy.",
        ),
        ends=Text(
            fr="Au retrait de l’image ou à l’oubli du destinataire, aussitôt.",
            en="When the picture is withdrawn or the recipient is forgotten, at once.",
        ),
    ),
    RetentionPolicy(
        table="decoy",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Leurre", en="Decoy"),
        purpose=Text(
            fr="Savoir par quel canal une version remise à un seul est sortie.",
            en="Know through which channel a version that was handed to one left.",
        ),
        basis=("6(1)(f)",),
        data=Text(fr="Canal et note, scellés ; qui, date.", en="Channel and note, sealed; who, date."),
        ends=_WITH_ITS_ASSET,
    ),
    RetentionPolicy(
        table="leak_trace",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Imputation d’une fuite", en="Trace of a leak"),
        purpose=Text(
            fr="Pouvoir contester et refaire ce qui a été conclu d’une fuite. Rien n’en découle automatiquement.",
            en="Be able to contest and repeat what was concluded of a leak. Nothing follows from it by itself.",
        ),
        basis=("6(1)(f)", "10 (LIL art. 46)"),
        data=Text(
            fr="Finalité et condensat du fichier, scellés ; identifiants, scores, bornes, versions. Une imputation "
            "désigne une copie, jamais la personne qui l’a publiée.",
            en="Purpose and digest of the file, sealed; identifiers, scores, bounds, versions. An accusation names a "
            "copy, never the person who posted it.",
        ),
        ends=Text(
            fr="{days} jours, terme écrit dans la ligne, ou au retrait de l’image.",
            en="{days} days, written in the row, or when the picture is withdrawn.",
        ),
        setting="retention.events_days",
        row_class=RowClass.TRACE,
    ),
    RetentionPolicy(
        table="signed_manifest",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Manifeste d’une image signée", en="Manifest of a signed picture"),
        purpose=Text(
            fr="Retrouver l’origine d’une copie dont les métadonnées ont été retirées.",
            en="Find again where a copy comes from whose metadata were stripped.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Manifeste C2PA, tel qu’il a été remis avec l’image ; empreinte de l’image ; qui, date. Jamais l’image.",
            en="C2PA manifest, as it was given out with the picture; fingerprint of the picture; who, date. Never the "
            "picture.",
        ),
        ends=Text(
            fr="Au retrait de l’image, aussitôt ; si elle n’est pas enregistrée, {days} jours, terme écrit dans la "
            "ligne.",
            en="When the picture is withdrawn, at once; if it is not registered, {days} days, written in the row.",
        ),
        setting="retention.events_days",
        row_class=RowClass.MANIFEST,
    ),
    RetentionPolicy(
        table="signing_certificates",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Certificats de signature", en="Signing certificates"),
        purpose=Text(
            fr="Signer les images de l’espace, et donner de quoi le vérifier.",
            en="Sign the workspace’s pictures, and give out what verifies it.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Certificats publics : l’organisation si elle a été nommée, dates, clés publiques.",
            en="Public certificates: the organisation if one was named, dates, public keys.",
        ),
        ends=Text(
            fr="Avec l’espace de travail : ce qui a été signé reste vérifiable.",
            en="With the workspace: what was signed can still be verified.",
        ),
    ),
    RetentionPolicy(
        table="traced_leak",
        activity=Activity.ATTRIBUTION,
        name=Text(fr="Autres fuites d’une imputation", en="Other leaks of a trace"),
        purpose=Text(
            fr="Refaire une imputation qui porte sur plusieurs fichiers.",
            en="Repeat a trace of several files.",
        ),
        basis=("6(1)(f)", "10 (LIL art. 46)"),
        data=Text(
            fr="Condensat du fichier, scellé ; identifiant de l’image, qualité du recalage.",
            en="Digest of the file, sealed; identifier of the picture, quality of its registration.",
        ),
        ends=Text(
            fr="Avec l’imputation, ou au retrait d’une de ses images.",
            en="With the trace, or when one of its pictures is withdrawn.",
        ),
    ),
)

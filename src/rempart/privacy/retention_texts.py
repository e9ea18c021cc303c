"""What is stored, table by table, with purpose, basis and end, in French and in English.

Bases: GDPR article 6(1)(a) consent, (b) contract, (c) legal obligation, (f) legitimate interest; 9(2)(a) explicit
consent, 9(2)(f) legal claims; article 10 with article 46 of the loi Informatique et Libertés for what may tell of an
offence. Which one holds for whom is the controller's to confirm: the register says so.
"""

from __future__ import annotations

from typing import Final

from rempart.model.retention import RowClass
from rempart.privacy.copies_texts import COPIES_TABLE
from rempart.privacy.evidence_texts import EVIDENCE_TABLE
from rempart.privacy.exchange_texts import EXCHANGE_TABLE
from rempart.privacy.log_texts import LOG_TABLE
from rempart.privacy.outside_texts import OUTSIDE_TABLE
from rempart.privacy.retention import Activity, RetentionPolicy, Text
from rempart.privacy.watch_texts import WATCH_TABLE

_WITH_ITS_ASSET: Final = Text(
    fr="Effacé au retrait de l’image, aussitôt ; l’effacement de tous les fichiers est prouvé.",
    en="Erased when the picture is withdrawn, at once; that it left every file is proved.",
)
_NO_END_YET: Final = Text(
    fr="Tant que l’espace de travail existe : aucun délai, et cette version n’a pas de commande qui l’efface.",
    en="As long as the workspace exists: no delay, and this version has no command that erases it.",
)

_REGISTRATION: Final = (
    RetentionPolicy(
        table="owner",
        activity=Activity.REGISTRATION,
        name=Text(fr="Titulaire", en="Owner"),
        purpose=Text(
            fr="Savoir à qui appartient chaque image protégée et pouvoir la joindre.",
            en="Know whose each protected picture is, and be able to reach her.",
        ),
        basis=("6(1)(a)", "6(1)(b)"),
        data=Text(fr="Nom et contact, scellés ; droit énoncé.", en="Name and contact, sealed; the right stated."),
        ends=_NO_END_YET,
    ),
    RetentionPolicy(
        table="ground",
        activity=Activity.REGISTRATION,
        name=Text(fr="Droit énoncé", en="Ground"),
        purpose=Text(
            fr="Prouver à quel titre une image a été enregistrée, et qui l’a vérifié.",
            en="Prove by what right a picture was registered, and who checked it.",
        ),
        basis=("6(1)(f)", "9(2)(f)"),
        data=Text(
            fr="Qui est montré (soi, autrui, personne), titre, majorité à la prise de vue, qui l’a énoncé et accepté.",
            en="Who is shown (self, other, nobody), title, adulthood when taken, who stated and who accepted it.",
        ),
        ends=Text(
            fr="Avec la dernière image ou le titulaire qui s’y réfère, au plus tôt {days} jours après l’énoncé.",
            en="With the last picture or owner that refers to it, {days} days after it was stated at the earliest.",
        ),
        setting="retention.tombstones_days",
        row_class=RowClass.GROUND,
    ),
    RetentionPolicy(
        table="consent",
        activity=Activity.REGISTRATION,
        name=Text(fr="Consentement", en="Consent"),
        purpose=Text(
            fr="Prouver ce qui a été permis, avec le texte montré, et ce qui a été retiré.",
            en="Prove what was allowed, with the text that was shown, and what was taken back.",
        ),
        basis=("6(1)(c)", "7(1)"),
        data=Text(
            fr="Portée, version et texte montré, dates, qui l’a recueilli.",
            en="Scope, version and text shown, dates, who recorded it.",
        ),
        ends=Text(
            fr="{days} jours après le retrait de la dernière image qu’il concernait.",
            en="{days} days after the last picture that it was for was withdrawn.",
        ),
        setting="retention.consents_days",
        row_class=RowClass.CONSENT,
    ),
    RetentionPolicy(
        table="asset",
        activity=Activity.REGISTRATION,
        name=Text(fr="Image protégée", en="Asset"),
        purpose=Text(fr="Reconnaître les copies de l’image.", en="Recognise copies of the picture."),
        basis=("6(1)(a)", "6(1)(b)", "9(2)(a)"),
        data=Text(
            fr="Condensat du fichier, nom de fichier scellé, sensibilité, dates. Jamais l’image.",
            en="Digest of the file, sealed file name, sensitivity, dates. Never the picture.",
        ),
        ends=Text(
            fr="Au retrait par son titulaire ; l’identifiant qui reste est effacé {days} jours après la preuve "
            "d’effacement, ou avec le consentement qui s’y réfère.",
            en="When its owner withdraws it; the identifier that is left is erased {days} days after the erasure is "
            "proved, or with the consent that refers to it.",
        ),
        setting="retention.tombstones_days",
        row_class=RowClass.TOMBSTONE,
    ),
    RetentionPolicy(
        table="fingerprint",
        activity=Activity.REGISTRATION,
        name=Text(fr="Empreinte", en="Fingerprint"),
        purpose=Text(fr="Reconnaître les copies de l’image.", en="Recognise copies of the picture."),
        basis=("6(1)(a)", "6(1)(b)", "9(2)(a)"),
        data=Text(
            fr="Un code de 256 bits de l’image entière ; nos essais n’en ont rien redessiné de reconnaissable.",
            en="One code of 256 bits of the whole picture; our trials redrew nothing recognisable from it.",
        ),
        ends=_WITH_ITS_ASSET,
    ),
    RetentionPolicy(
        table="fingerprint_detailed",
        activity=Activity.REGISTRATION,
        name=Text(fr="Empreinte détaillée", en="Detailed fingerprint"),
        purpose=Text(fr="Reconnaître aussi des parties de l’image.", en="Recognise parts of the picture as well."),
        basis=("6(1)(a)", "9(2)(a)"),
        data=Text(
            fr="Codes de parties, d’où l’image pourrait être redessinée : scellés par une clé propre à l’image, hors "
            "de la base, sur consentement distinct.",
            en="Codes of parts, from which the picture could be redrawn: sealed by the picture’s own key, outside the "
            "database, by a separate consent.",
        ),
        ends=_WITH_ITS_ASSET,
    ),
)

_DETECTION: Final = (
    RetentionPolicy(
        table="scan",
        activity=Activity.DETECTION,
        name=Text(fr="Recherche", en="Scan"),
        purpose=Text(
            fr="Reprendre une recherche interrompue, en rendre compte.",
            en="Go on with a scan that was cut, account for it.",
        ),
        basis=("6(1)(f)",),
        data=Text(
            fr="Ce qui est parcouru et jusqu’où, scellés ; décomptes ; qui l’a lancée.",
            en="What is walked through and how far, sealed; counts; who started it.",
        ),
        ends=Text(fr="{days} jours après sa dernière étape.", en="{days} days after its last step."),
        setting="retention.scans_days",
        row_class=RowClass.SCAN,
    ),
    RetentionPolicy(
        table="scan_skipped",
        activity=Activity.DETECTION,
        name=Text(fr="Élément non comparé", en="Item not compared"),
        purpose=Text(fr="Dire ce qui n’a pas été comparé, et pourquoi.", en="Say what was not compared, and why."),
        basis=("6(1)(f)",),
        data=Text(fr="Nom et raison, scellés.", en="Name and reason, sealed."),
        ends=Text(fr="Avec sa recherche : {days} jours.", en="With its scan: {days} days."),
        setting="retention.scans_days",
        row_class=RowClass.SCAN,
    ),
    RetentionPolicy(
        table="sighting",
        activity=Activity.DETECTION,
        name=Text(fr="Repérage", en="Sighting"),
        purpose=Text(
            fr="Retrouver où une copie a été vue, pour préparer l’exercice des droits de la personne.",
            en="Find again where a copy was seen, to prepare the exercise of the person’s rights.",
        ),
        basis=("6(1)(f)", "9(2)(f)", "10 (LIL art. 46)"),
        data=Text(
            fr="Adresse ou nom de fichier, page et numéro de message, scellés ; dimensions ; type ; dates. Aucun "
            "auteur. Rien de ce qui ne ressemble pas.",
            en="Address or file name, page and number of the post, sealed; size; type; dates. No author. Nothing of "
            "what does not resemble.",
        ),
        ends=Text(
            fr="{days} jours après avoir été vu la dernière fois, faute de dossier.",
            en="{days} days after it was seen last, without a case.",
        ),
        setting="retention.sightings_days",
        row_class=RowClass.SIGHTING,
    ),
    RetentionPolicy(
        table="match_found",
        activity=Activity.DETECTION,
        name=Text(fr="Correspondance", en="Match"),
        purpose=Text(
            fr="Dire à quel point un repérage ressemble, et par quoi.",
            en="Say how much a sighting resembles, and in what.",
        ),
        basis=("6(1)(f)", "9(2)(f)"),
        data=Text(fr="Image concernée, distances, score.", en="Picture concerned, distances, score."),
        ends=Text(fr="Avec son repérage : {days} jours.", en="With its sighting: {days} days."),
        setting="retention.sightings_days",
        row_class=RowClass.SIGHTING,
    ),
)

_ACCOUNTABILITY: Final = (
    RetentionPolicy(
        table="workspace",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Espace de travail", en="Workspace"),
        purpose=Text(fr="Savoir à quel espace appartient la base.", en="Know whose this database is."),
        basis=("6(1)(f)", "32"),
        data=Text(
            fr="Identifiant, date, partagé ou non ; un texte témoin scellé.",
            en="Identifier, date, shared or not; a sealed check text.",
        ),
        ends=Text(fr="Avec l’espace de travail.", en="With the workspace."),
    ),
    RetentionPolicy(
        table="user_account",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Compte d’utilisateur", en="User account"),
        purpose=Text(
            fr="Donner à chacun son rôle, et savoir qui a fait quoi.", en="Give each their role, and know who did what."
        ),
        basis=("6(1)(f)", "32"),
        data=Text(fr="Nom, scellé ; rôle ; date.", en="Name, sealed; role; date."),
        ends=_NO_END_YET,
    ),
    RetentionPolicy(
        table="access_trace",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Trace d’accès", en="Access trace"),
        purpose=Text(fr="Déceler un accès injustifié.", en="Detect an access without a reason."),
        basis=("6(1)(f)", "32"),
        data=Text(
            fr="Qui, quand, quoi (identifiants), pourquoi, combien ; ni changée ni effacée avant son terme.",
            en="Who, when, what (identifiers), why, how many; can be neither changed nor erased before its end.",
        ),
        ends=Text(fr="{days} jours, terme écrit dans la ligne.", en="{days} days, written in the row."),
        setting="retention.access_days",
        row_class=RowClass.ACCESS,
    ),
    RetentionPolicy(
        table="event",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Événement", en="Event"),
        purpose=Text(
            fr="Prouver ce qui a été fait : retraits, effacements, durées appliquées (responsabilité, art. 5(2)).",
            en="Prove what was done: withdrawals, erasures, retention enforced (accountability, art. 5(2)).",
        ),
        basis=("6(1)(c)", "5(2)"),
        data=Text(
            fr="Identifiants aléatoires et décomptes ; ne peut être ni changé ni effacé avant son terme.",
            en="Random identifiers and counts; can be neither changed nor erased before its end.",
        ),
        ends=Text(fr="{days} jours, terme écrit dans la ligne.", en="{days} days, written in the row."),
        setting="retention.events_days",
        row_class=RowClass.EVENT,
    ),
    RetentionPolicy(
        table="job",
        activity=Activity.ACCOUNTABILITY,
        name=Text(fr="Tâche", en="Job"),
        purpose=Text(fr="Ne perdre aucun effacement ni aucune échéance.", en="Lose no erasure and no deadline."),
        basis=("6(1)(f)", "32"),
        data=Text(
            fr="Identifiants, décomptes, dates, raison d’un échec.",
            en="Identifiers, counts, dates, reason of a failure.",
        ),
        ends=Text(fr="{days} jours après sa fin.", en="{days} days after it ended."),
        setting="retention.jobs_days",
        row_class=RowClass.JOB,
    ),
)

#: Every table of the store.
RETENTION_TABLE: Final = (
    *_REGISTRATION,
    *_DETECTION,
    *WATCH_TABLE,
    *OUTSIDE_TABLE,
    *EXCHANGE_TABLE,
    *COPIES_TABLE,
    *EVIDENCE_TABLE,
    *LOG_TABLE,
    *_ACCOUNTABILITY,
)

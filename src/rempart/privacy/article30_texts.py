"""What the record of processing activities says, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.privacy.retention import Activity, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityTexts:
    """What is said of one processing activity."""

    name: Text
    """What it is called."""
    purposes: Text
    """Why it is done."""
    subjects: Text
    """Whose data they are."""
    recipients: Text
    """Who receives them."""
    transfers: Text
    """Whether they leave the European Union."""


_NOBODY: Final = Text(
    fr="Aucun : cette version n’envoie rien.",
    en="None: this version sends nothing.",
)
_NO_TRANSFER: Final = Text(
    fr="Aucun par Rempart ; l’hébergement choisi par le responsable n’est pas connu de Rempart.",
    en="None by Rempart; where the controller hosts it is not known to Rempart.",
)

ACTIVITIES: Final = {
    Activity.REGISTRATION: ActivityTexts(
        name=Text(fr="Enregistrement des images à protéger", en="Registering pictures to protect"),
        purposes=Text(
            fr="Permettre à une personne ou à un créateur de faire reconnaître les copies d’une image privée ou volée, "
            "sans en confier l’image.",
            en="Let a person or a creator have copies of a private or stolen picture recognised, without handing over "
            "the picture.",
        ),
        subjects=Text(
            fr="Titulaires, personnes montrées (dont la vie sexuelle, art. 9), personnes habilitées.",
            en="Owners, people shown (their sex life as well, art. 9), authorised staff.",
        ),
        recipients=_NOBODY,
        transfers=_NO_TRANSFER,
    ),
    Activity.DETECTION: ActivityTexts(
        name=Text(fr="Recherche de copies", en="Looking for copies"),
        purposes=Text(
            fr="Trouver où une image enregistrée réapparaît, pour permettre à la personne d’exercer ses droits.",
            en="Find where a registered picture reappears, so that the person can exercise her rights.",
        ),
        subjects=Text(
            fr="Titulaires et personnes montrées ; indirectement, auteurs des publications, dont rien n’est conservé "
            "hors l’adresse où la copie a été vue (art. 10 : celle-ci peut révéler une infraction) et, dans un dossier "
            "ouvert seulement, un extrait caviardé et un pseudonyme propre à ce dossier.",
            en="Owners and people shown; indirectly, those who posted, of whom nothing is kept but the address where "
            "the copy was seen (art. 10: it may tell of an offence) and, within an open case only, a redacted excerpt "
            "and a pseudonym of that case alone.",
        ),
        recipients=Text(
            fr="L’équipe ; PHAROS, Point de Contact ou le NCMEC, à qui une personne remet l’adresse de ce qui peut "
            "concerner un mineur. Une alerte qui sort (fichier, courriel, webhook) ne porte qu’une référence tirée au "
            "hasard, une priorité et un instant. Un lieu surveillé apprend qui demande, et rien de qui est recherché.",
            en="The team; PHAROS, Point de Contact or NCMEC, to whom a person hands over the address of what may "
            "concern a minor. An alert that leaves (file, mail, webhook) holds a reference drawn at random, a priority "
            "and an instant only. A place that is watched learns who asks, and nothing of who is looked for.",
        ),
        transfers=_NO_TRANSFER,
    ),
    Activity.EXCHANGE: ActivityTexts(
        name=Text(fr="Échange d’empreintes", en="Exchanging fingerprints"),
        purposes=Text(
            fr="Empêcher la mise en ligne d’une image chez des partenaires, et reconnaître celles qu’ils protègent.",
            en="Prevent the upload of a picture at partners, and recognise those that they protect.",
        ),
        subjects=Text(
            fr="Titulaires et personnes montrées qui y ont consenti ; personnes dont des partenaires transmettent des "
            "empreintes, sans nom ni date.",
            en="Owners and people shown who consented to it; people whose fingerprints partners pass on, without name "
            "or date.",
        ),
        recipients=Text(
            fr="Les partenaires que nomme « rempart bank stats » : empreintes entières et étiquettes, par un fichier "
            "signé qu’une personne leur remet.",
            en="The partners that “rempart bank stats” names: whole-frame fingerprints and labels, in a signed file "
            "that a person hands over.",
        ),
        transfers=Text(
            fr="Selon le siège de chaque partenaire, que Rempart ne connaît pas : au responsable de le compléter.",
            en="As each partner's seat has it, which Rempart does not know: for the controller to complete.",
        ),
    ),
    Activity.ATTRIBUTION: ActivityTexts(
        name=Text(fr="Copies marquées et imputation des fuites", en="Marked copies and tracing of leaks"),
        purposes=Text(
            fr="Savoir de quelle copie une fuite provient, avec une borne d’erreur. Aucune recherche des sources, "
            "aucune décision automatique.",
            en="Know from which copy a leak was made, with a bound on error. No search for sources, no automatic "
            "decision.",
        ),
        subjects=Text(
            fr="Destinataires de copies, prévenus avant la première.", en="Recipients of copies, told before the first."
        ),
        recipients=_NOBODY,
        transfers=_NO_TRANSFER,
    ),
    Activity.ACCOUNTABILITY: ActivityTexts(
        name=Text(fr="Habilitations, traçabilité et sécurité", en="Authorisations, traceability and security"),
        purposes=Text(
            fr="Donner accès aux seules personnes habilitées, déceler un accès injustifié, prouver ce qui a été fait.",
            en="Give access to authorised people only, detect an access without a reason, prove what was done.",
        ),
        subjects=Text(fr="Personnes habilitées : salariés, bénévoles.", en="Authorised staff: employees, volunteers."),
        recipients=_NOBODY,
        transfers=_NO_TRANSFER,
    ),
}

#: What this code does in every workspace; each has its test.
ALWAYS_IN_FORCE: Final = (
    Text(
        fr="Aucune image n’est conservée : elle est lue dans un processus isolé, en mémoire, puis oubliée.",
        en="No picture is kept: it is read in an isolated process, in memory, then forgotten.",
    ),
    Text(
        fr="Noms, contacts, adresses et noms de fichier sont chiffrés avant d’être écrits ; leurs clés sont hors de la "
        "base.",
        en="Names, contacts, addresses and file names are encrypted before they are written; their keys are outside "
        "the database.",
    ),
    Text(
        fr="Ce que son nom ou sa source signale comme concernant un mineur n’est jamais ouvert.",
        en="What its name or source flags as involving a minor is never opened.",
    ),
    Text(
        fr="Chaque ouverture d’une donnée chiffrée est tracée ; la base refuse de changer ou d’effacer une trace avant "
        "son terme.",
        en="Each opening of something encrypted is traced; the database refuses to change or erase a trace before its "
        "end.",
    ),
    Text(
        fr="Aucune mesure d’audience. Aucune connexion pour enregistrer ou comparer ; au-dehors, seulement les lieux "
        "surveillés, leurs serveurs de noms, et les services que nomment les réglages ou une commande.",
        en="No telemetry. No connection to register or to compare; outside, only the places that are watched, their "
        "name servers, and the services that the settings or a command name.",
    ),
)
KEYS: Final = {
    "passphrase": Text(fr="Les clés sont protégées par une phrase de passe.", en="Keys are protected by a passphrase."),
    "file": Text(
        fr="Les clés sont dans un fichier que seul son propriétaire lit, sans phrase de passe.",
        en="Keys are in a file that only its owner reads, without a passphrase.",
    ),
}
SQLITE: Final = Text(
    fr="La base est un fichier local ; ce qui est effacé est écrasé, et le journal d’écriture vidé.",
    en="The database is a local file; what is erased is overwritten, and its write-ahead log emptied.",
)
POSTGRESQL_TLS: Final = Text(
    fr="La connexion à la base est chiffrée et son certificat vérifié.",
    en="The connection to the database is encrypted and its certificate verified.",
)
ALERTS: Final = Text(
    fr="Une alerte ne dit ni adresse, ni nom, ni extrait, ni image : ce qui a été repéré se voit en ouvrant l’espace "
    "de travail.",
    en="An alert says no address, name, excerpt or picture: what was found is seen by opening the workspace.",
)
NO_LOG: Final = Text(fr="Aucun journal technique n’est écrit.", en="No technical log is written.")
LOG: Final = Text(
    fr="Le journal technique, que seul son propriétaire lit, est expurgé des noms connus, des adresses et des secrets.",
    en="The technical log, read by its owner only, is cleared of known names, addresses and secrets.",
)
SANDBOX_WHOLE: Final = Text(
    fr="Le processus qui lit les images a toutes les protections que Rempart connaît.",
    en="The process that reads pictures has every protection that Rempart knows.",
)
SHARED: Final = Text(
    fr="Où une image intime a été vue n’est montré qu’après qu’une autre personne a accepté le droit énoncé.",
    en="Where an intimate picture was seen is shown only after another person accepted the right that was stated.",
)
LAST_RUN: Final = Text(
    fr="Durées de conservation appliquées le {at} : {rows} lignes effacées ; le journal des événements le prouve.",
    en="Retention enforced on {at}: {rows} rows erased; the journal of events proves it.",
)

NO_CONTROLLER: Final = Text(
    fr="Le responsable du traitement n’est pas nommé (art. 30(1)(a)) : réglage `privacy.controller`.",
    en="The controller is not named (art. 30(1)(a)): setting `privacy.controller`.",
)
NO_CONTACT: Final = Text(
    fr="Ses coordonnées et celles du délégué à la protection des données manquent (art. 30(1)(a)) : réglage "
    "`privacy.contact`.",
    en="Its contact and that of its data protection officer are missing (art. 30(1)(a)): setting `privacy.contact`.",
)
NEVER_RUN: Final = Text(
    fr="Les durées de conservation n’ont jamais été appliquées dans cet espace de travail.",
    en="Retention was never enforced in this workspace.",
)
STALE_RUN: Final = Text(
    fr="Les durées de conservation n’ont pas été appliquées depuis {days} jours.",
    en="Retention was last enforced {days} days ago.",
)
FILES_NOT_CLEAN: Final = Text(
    fr="La dernière application n’a pas pu vider le journal d’écriture de la base : des traces y restent.",
    en="The last run could not empty the database’s write-ahead log: traces are left in it.",
)
PAST_END: Final = Text(
    fr="{rows} lignes ont passé leur terme et sont encore là.", en="{rows} rows are past their end and still there."
)
KEYS_UNPROTECTED: Final = Text(
    fr="La protection des clés n’est pas connue, ou il n’y en a pas.",
    en="How the keys are protected is not known, or they are not.",
)
REMOTE_DATABASE: Final = Text(
    fr="La base est sur un serveur distant : celui qui l’héberge est sous-traitant (art. 28), à nommer ici avec son "
    "pays (art. 30(1)(d) et (e)).",
    en="The database is on a remote server: whoever hosts it is a processor (art. 28), to be named here with its "
    "country (art. 30(1)(d) and (e)).",
)
WEBHOOK: Final = Text(
    fr="Un service reçoit les alertes par webhook : s’il n’est pas au responsable, il est sous-traitant (art. 28), à "
    "nommer ici avec son pays ; il apprend quand quelque chose a été repéré, et combien de fois.",
    en="A service takes alerts by webhook: unless it is the controller’s own, it is a processor (art. 28), to be named "
    "here with its country; it learns when something was found, and how often.",
)
SEARCH: Final = Text(
    fr="Un moteur de recherche reçoit les requêtes surveillées (jamais une image) : destinataire ou sous-traitant, à "
    "nommer ici avec son pays (Brave : États-Unis, art. 44 et suivants).",
    en="A search engine receives the queries that are watched (never a picture): a recipient or a processor, to be "
    "named here with its country (Brave: United States, art. 44 and following).",
)
NO_NOTICE: Final = Text(
    fr="{sources} sources surveillées s’en remettent à une information publique (art. 14(5)(b)), et rien ne dit où "
    "elle se trouve : réglage `net.contact`.",
    en="{sources} watched sources rely on a public notice (art. 14(5)(b)), and nothing says where it is: setting "
    "`net.contact`.",
)
REMOTE_IN_THE_CLEAR: Final = Text(
    fr="La connexion à ce serveur n’est pas chiffrée avec un certificat vérifié (`sslmode=verify-full`).",
    en="The connection to that server is not encrypted with a verified certificate (`sslmode=verify-full`).",
)
POSTGRESQL_TRACES: Final = Text(
    fr="Ce qui est effacé reste dans le journal du serveur PostgreSQL, ses archives et ses répliques jusqu’à leur "
    "recyclage.",
    en="What is erased stays in the PostgreSQL server’s log, its archives and replicas until they are recycled.",
)
SANDBOX_MISSING: Final = Text(
    fr="Protections absentes du processus qui lit les images : {names}.",
    en="Protections that the process that reads pictures lacks: {names}.",
)
ALONE: Final = Text(
    fr="Espace d’une seule personne : nul autre ne vérifie les droits énoncés ni ne relit les traces d’accès.",
    en="Workspace of one person: nobody else checks the rights that are stated or reads the access traces.",
)
LOG_HAS_NO_END: Final = Text(
    fr="Rempart n’efface pas le journal technique : sa durée est à régler hors de Rempart (logrotate), six mois à un "
    "an selon la recommandation de la CNIL.",
    en="Rempart does not erase the technical log: its duration is to be set outside (logrotate), six months to a year "
    "by the CNIL’s recommendation.",
)
#: What no workspace of this version can know or do.
ALWAYS_MISSING: Final = (
    Text(
        fr="Les bases légales ci-dessous sont proposées : au responsable de les confirmer, avec conseil pour les "
        "articles 9 et 10.",
        en="The legal bases below are proposed: the controller confirms them, with counsel for articles 9 and 10.",
    ),
    Text(
        fr="Responsables conjoints, représentant, sous-traitants (hébergement, sauvegarde, messagerie) et leurs pays : "
        "à compléter.",
        en="Joint controllers, representative, processors (hosting, backup, mail), their countries: to be filled in.",
    ),
    Text(
        fr="Analyse d’impact (art. 35) : obligatoire ici (données sensibles, personnes vulnérables), non produite par "
        "Rempart.",
        en="Impact assessment (art. 35): mandatory here (sensitive data, vulnerable people), not made by Rempart.",
    ),
    Text(
        fr="Les sauvegardes gardent ce qui a été effacé après elles : leur durée est à régler et à écrire ici.",
        en="Backups hold what was erased after them: their duration is to be set, and written here.",
    ),
    Text(
        fr="Titulaires et comptes n’ont pas de terme automatique dans cette version.",
        en="Owners and accounts have no automatic end in this version.",
    ),
)


def filled(text: Text, **values: object) -> Text:
    """Put values into both languages of a text."""
    return Text(fr=text.fr.format(**values), en=text.en.format(**values))

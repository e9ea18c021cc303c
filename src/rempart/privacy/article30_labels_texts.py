"""Headings of the record of processing activities, and words of ours as a person reads them."""

from __future__ import annotations

from typing import Final

from rempart.model.asset import UserRole
from rempart.model.retention import RowClass
from rempart.model.source import Article14
from rempart.privacy.retention import Language, Text

ROLES: Final = {
    UserRole.ADMIN: Text(fr="administration", en="administration"),
    UserRole.REGISTRAR: Text(fr="enregistrement", en="registration"),
    UserRole.REVIEWER: Text(fr="vérification", en="review"),
}
INFORMED: Final = {
    Article14.PUBLIC_NOTICE: Text(fr="information publique", en="public notice"),
    Article14.WOULD_DEFEAT: Text(fr="informer compromettrait la finalité", en="informing would defeat the purpose"),
    Article14.INFORMED: Text(fr="personnes informées", en="people were informed"),
    Article14.NO_PERSONAL_DATA: Text(fr="sans donnée personnelle", en="no personal data"),
}
CLASSES: Final = {
    RowClass.SIGHTING: Text(fr="Repérages", en="Sightings"),
    RowClass.SCAN: Text(fr="Recherches", en="Scans"),
    RowClass.ACCESS: Text(fr="Traces d’accès", en="Access traces"),
    RowClass.EVENT: Text(fr="Événements", en="Events"),
    RowClass.JOB: Text(fr="Tâches terminées", en="Finished jobs"),
    RowClass.CONSENT: Text(fr="Consentements", en="Consents"),
    RowClass.TOMBSTONE: Text(fr="Images retirées", en="Withdrawn pictures"),
    RowClass.GROUND: Text(fr="Droits énoncés", en="Grounds"),
    RowClass.HOST: Text(fr="Hôtes interrogés", en="Hosts that were asked"),
    RowClass.ROBOTS: Text(fr="Copies de robots.txt", en="Copies of robots.txt"),
    RowClass.AUTHORISATION: Text(fr="Autorisations d’une adresse", en="Authorisations of one address"),
    RowClass.TRACE: Text(fr="Imputations de fuites", en="Traces of leaks"),
    RowClass.MANIFEST: Text(fr="Manifestes d’images non enregistrées", en="Manifests of unregistered pictures"),
    RowClass.SEARCH_HIT: Text(fr="Résultats de recherche", en="Search results"),
    RowClass.LOCATOR: Text(fr="Localisateurs", en="Locators"),
    RowClass.FRONTIER: Text(fr="Éléments demandés ou à demander", en="Items asked for, or to be asked for"),
    RowClass.THREAD: Text(fr="Fils de discussion", en="Threads"),
    RowClass.SOURCE: Text(fr="Sources qui ont pris fin", en="Sources that ended"),
    RowClass.PLAN: Text(fr="Plans de lancement", en="Launch plans"),
    RowClass.REFERRAL: Text(fr="Signalements transmis", en="Referrals that were handed over"),
}
LABELS: Final[dict[Language, dict[str, str]]] = {
    Language.FR: {
        "title": "Registre des activités de traitement (RGPD, article 30)",
        "introduction": "Établi par Rempart le {at}, d’après ce qui est réglé et appliqué dans cet espace de travail. "
        "Il ne contient aucun nom de titulaire ni d’utilisateur.",
        "missing": "manquant, à compléter",
        "controller": "Responsable du traitement",
        "name": "Nom et adresse :",
        "contact": "Contact, délégué à la protection des données :",
        "gaps": "À compléter ou à corriger",
        "workspace": "Espace de travail",
        "identifier": "Identifiant :",
        "shared": "Partagé entre plusieurs personnes",
        "alone": "Utilisé par une seule personne",
        "database": "Base de données :",
        "users": "Utilisateurs par rôle :",
        "owners": "Titulaires :",
        "assets": "Images enregistrées :",
        "sources": "Sources surveillées, par ce qui a été décidé de l’information des personnes (art. 14) :",
        "activity": "Activité",
        "purposes": "Finalités :",
        "subjects": "Personnes concernées :",
        "recipients": "Destinataires :",
        "transfers": "Transferts hors de l’Union européenne :",
        "row": "Donnée",
        "why": "Pourquoi",
        "data": "Contenu",
        "basis": "Base (articles)",
        "ends": "Terme",
        "measures": "Mesures de sécurité (article 32)",
        "state": "État de la conservation",
        "kept": "Lignes",
        "past_end": "Terme passé",
        "oldest": "La plus ancienne",
    },
    Language.EN: {
        "title": "Record of processing activities (GDPR, article 30)",
        "introduction": "Made by Rempart on {at}, from what is configured and enforced in this workspace. It holds no "
        "name of an owner or a user.",
        "missing": "missing, to be filled in",
        "controller": "Controller",
        "name": "Name and address:",
        "contact": "Contact, data protection officer:",
        "gaps": "To be filled in or put right",
        "workspace": "Workspace",
        "identifier": "Identifier:",
        "shared": "Shared by several people",
        "alone": "Used by one person",
        "database": "Database:",
        "users": "Users by role:",
        "owners": "Owners:",
        "assets": "Registered pictures:",
        "sources": "Watched sources, by what was decided about informing people (art. 14):",
        "activity": "Activity",
        "purposes": "Purposes:",
        "subjects": "People concerned:",
        "recipients": "Recipients:",
        "transfers": "Transfers out of the European Union:",
        "row": "Data",
        "why": "Why",
        "data": "Content",
        "basis": "Basis (articles)",
        "ends": "End",
        "measures": "Security measures (article 32)",
        "state": "State of retention",
        "kept": "Rows",
        "past_end": "Past their end",
        "oldest": "Oldest",
    },
}

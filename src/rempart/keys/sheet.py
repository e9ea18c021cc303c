"""The recovery sheet: one page of plain text to print, in French or in English."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from rempart.keys.recovery_code import RecoveryCode

#: The languages of a sheet.
SheetLanguage = Literal["fr", "en"]

#: A page of A4 in a typewriter's letters.
COLUMNS = 72
LINES = 60

_ENGLISH = """\
REMPART - RECOVERY SHEET
========================================================================

Workspace    {workspace_id}
Made on      {created_on}
Public half  {recipient}

WHAT THIS IS
The only way back to your workspace if this computer is lost, broken or
stolen, or if the passphrase is forgotten. Nobody else has it: not the
authors of Rempart, not your host. Without this sheet, a backup stays
unreadable for ever.

WHERE TO KEEP IT
Print it twice. Keep the copies in two places that do not burn together:
a safe, a notary, a person of trust in a sealed envelope. Never beside
the backup: together they open everything. Do not photograph it, do not
send it, do not keep it in a computer.

WHAT IT OPENS
With a backup of this workspace: every name, every note, every item that
is kept, except what was erased before the backup. Without one: nothing.

THE CODE
{code}

The two characters after = check their line. There is no letter B, I
or O: what looks like one is 8, L or 0. Without Rempart, the age tool
(age -d) opens the files recovery/*.age with AGE-SECRET-KEY-1 followed
by the groups of the lines, without spaces, line numbers or checks.

HOW TO USE IT
Install Rempart on a sound computer, bring the backup, and run:
    rempart --workspace DOSSIER restore FICHIER
Type the lines above when asked; capitals and spaces do not matter. Then
make a new sheet and destroy this one.

ONCE A YEAR
Prove that it still works:
    rempart key recover-drill
If somebody else may have seen this sheet, make a new one at once and
rotate the keys.

Kept by: _______________________   Checked on: _________________________
"""

_FRENCH = """\
REMPART - FEUILLE DE SECOURS
========================================================================

Espace          {workspace_id}
Faite le        {created_on}
Clé publique    {recipient}

CE QUE C’EST
Le seul moyen de retrouver votre espace de travail si cet ordinateur est
perdu, cassé ou volé, ou si la phrase secrète est oubliée. Personne
d’autre ne l’a : ni les auteurs de Rempart, ni votre hébergeur. Sans
cette feuille, une sauvegarde reste illisible pour toujours.

OÙ LA GARDER
Imprimez-la deux fois. Gardez les exemplaires en deux lieux qui ne
brûlent pas ensemble : un coffre, un notaire, une personne de confiance
sous enveloppe cachetée. Jamais à côté de la sauvegarde : ensemble,
elles ouvrent tout. Ne la photographiez pas, ne l’envoyez pas, ne la
gardez pas dans un ordinateur.

CE QU’ELLE OUVRE
Avec une sauvegarde de cet espace : chaque nom, chaque note, chaque
élément conservé, sauf ce qui a été effacé avant. Sans elle : rien.

LE CODE
{code}

Les deux signes après = contrôlent leur ligne. Il n’y a pas de lettre B,
I ou O : ce qui y ressemble est 8, L ou 0. Sans Rempart, l’outil age
(age -d) ouvre les fichiers recovery/*.age avec AGE-SECRET-KEY-1 suivi
des groupes des lignes, sans espaces, numéros de ligne ni contrôles.

COMMENT L’UTILISER
Installez Rempart sur un ordinateur sain, apportez la sauvegarde et
tapez :
    rempart --workspace FOLDER restore FILE
Recopiez les lignes ci-dessus quand on les demande ; majuscules et
espaces ne comptent pas. Faites ensuite une nouvelle feuille et
détruisez celle-ci.

UNE FOIS PAR AN
Vérifiez qu’elle fonctionne :
    rempart key recover-drill
Si quelqu’un d’autre a pu voir cette feuille, faites-en aussitôt une
nouvelle et renouvelez les clés.

Gardée par : _____________________   Vérifiée le : _____________________
"""

_SHEETS: dict[SheetLanguage, str] = {"en": _ENGLISH, "fr": _FRENCH}


def render_recovery_sheet(
    code: RecoveryCode, *, workspace_id: str, created_at: dt.datetime, language: SheetLanguage
) -> str:
    """Return the sheet to print. It holds the code: write it to paper or to a private file, nowhere else.

    Args:
        code: What the sheet is for.
        workspace_id: Which workspace it opens.
        created_at: When the code was made.
        language: French or English.
    """
    return _SHEETS[language].format(
        workspace_id=workspace_id,
        created_on=f"{created_at.astimezone(dt.UTC):%Y-%m-%d}",
        recipient=_two_lines(code.recipient, language),
        code="\n".join(f"      {line}" for line in code.groups()),
    )


def _two_lines(recipient: str, language: SheetLanguage) -> str:
    """Cut a recipient, which is too long for a line beside its label."""
    indent = len("Public half  " if language == "en" else "Clé publique    ")
    half = len(recipient) // 2
    return f"{recipient[:half]}\n{' ' * indent}{recipient[half:]}"

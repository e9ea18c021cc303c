"""Words for telling a query about a thing from one about a person: plain words that name nobody.

The list is short on purpose: a word that is in neither this one nor that of given names makes a person answer for the
query, so that what is missing here costs a statement and never lets a name pass. Without accents, in small letters.
"""

from __future__ import annotations

from typing import Final

#: What is sold, how it leaks, where, when; and small words between. None is a given name or a family name of its own.
PLAIN: Final = frozenset(
    # What is launched.
    "calendar calendars calendrier calendriers album albums book books livre photobook zine magazine poster posters "
    "print prints affiche affiches video videos clip clips film films photo photos picture pictures image images "
    "gallery galerie set sets pack packs shoot shooting series serie collection edition editions volume vol issue "
    "numero episode teaser trailer making backstage behind scenes premium exclusive exclusif exclusive exclusives "
    "limited special deluxe digital numerique content contenu contenus course cours ebook pdf merch boutique shop "
    "launch lancement release sortie drop preview preorder precommande new nouveau nouvelle nouveaux "
    # How it leaks.
    "leak leaks leaked leaking fuite fuites fuite mega zip rar torrent torrents download downloads telecharger "
    "telechargement link links lien liens free gratuit gratuite gratuitement full complet complete complets part "
    "partie hd uhd 4k 8k jpg jpeg png mp4 uncut uncensored dump mirror mirrors miroir repost reposts reupload archive "
    "archives forum forums thread threads sujet topic board site sites web telegram discord reddit channel channels "
    "canal group groups groupe request requests demande demandes trade trades share shares partage stolen vole volee "
    "copy copies copie pirate pirated piratage crack "
    # When.
    "january february march june july august september october november december janvier fevrier mars avril mai juin "
    "juillet aout septembre octobre novembre decembre monday tuesday wednesday thursday friday saturday sunday "
    "spring summer autumn fall winter printemps ete automne hiver christmas noel halloween easter paques year annee "
    "month mois week semaine day days jour jours night nights nuit nuits today "
    # What it shows, and small words.
    "swimsuit bikini lingerie cosplay fashion mode sport sports beach plage studio portrait portraits nude nudes nu "
    "nue art arts travel voyage music musique live tour dance danse yoga fitness behind best official officiel "
    "officielle "
    "a an and the of for in on at by to with without from or vs le la les un une des du de d l et ou en au aux avec "
    "sans pour par sur dans no not site filetype intitle inurl".split()
)

"""Words that tell a name from a sentence, in French and English: tables for the redaction of excerpts."""

from __future__ import annotations

from typing import Final

#: Words that begin sentences, or are written in capitals, without naming anybody. Any other capitalised word may be a
#: name, and is masked: a sentence that reads badly costs less than a person who is named.
ORDINARY: Final = frozenset(
    (
        "a à ai aime aimerais aller alors après as au aucun aucune aussi autre autres aux avant avec avez avoir avons "
        "beaucoup belle belles bien bon bonjour bonne bonsoir bravo ça car ce cela celle celles celui ces cet cette "
        "ceux chacun chaque cherche chez combien comme comment contre dans de déjà demain depuis derrière des dès "
        "désolé dispo du elle elles en encore enfin entre envoie envoyez es est et étaient était être eu eux fait "
        "faites faut grand grande hier ici il ils j jamais je jusqu l la là le les leur leurs lien liens lui ma mais "
        "maintenant mais merci mes message mieux moi moins mon monde n ne ni non nos notre nous nouveau nouveaux "
        "nouvelle nouvelles on ont ou où oui par parce pareil partage partagez pas pendant personne peu peut peux "
        "photo photos plus plusieurs pour pourquoi pourrait pouvez premier première près presque prix prochain puis "
        "qu quand que quel quelle quelles quels quelqu quelque quelques qui quoi regardez répondre réponse rien s sa "
        "salut sans se série ses seulement si sinon son sont sous suis sur surtout ta tant te tel tes toi ton tous "
        "tout toute toutes très trop trouve trouvé tu un une va vais vend vends vers veux vidéo vidéos vient voici "
        "voilà voir vos votre voulez vous vrai vraiment y "
        "about after again all also always am an and another any anybody anyone anything are as at back be because "
        "been before best both but by came can check click come could did do does doing done down download each "
        "else enjoy even ever every everyone everything few find first for found from full get give go good got great "
        "had has have he hello help her here hers hey hi him his how i if in into is it its just keep know last later "
        "let like link links little long look looking lot make many maybe me message more most much must my need "
        "never new next nice no nobody none not nothing now of off ok okay old on once one only open or other our out "
        "over pack part people photo photos picture pictures please post posts real really repost request right same "
        "see seen sell send set share she should since so some someone something still such sure take thank thanks "
        "that the their them then there these they thing think this those thread time to today too try two under "
        "until up upload us use very video videos want was we well were what when where which while who whose why "
        "will with without work would yes yesterday yet you your "
        "http https www edit re fwd up dl hd sd jpg png mp4 zip rar mo go ko mb gb kb euros eur usd"
    ).split()
)

#: What is written before a name or a handle.
TITLES: Final = (
    "mme|mlle|mrs|miss|madame|mademoiselle|monsieur|docteur|dr|prof|maître|"
    "s'appelle|s’appelle|m'appelle|m’appelle|se nomme|nommée?|appelée?|prénom|surnom|pseudo|nom de famille|"
    "my name is|her name is|his name is|called|named|name is|aka|a\\.k\\.a\\.?|alias|surname|nickname|username"
)
#: Where people have handles.
PLATFORMS: Final = (
    "insta|instagram|snap|snapchat|telegram|tg|tiktok|tik tok|twitter|facebook|fb|onlyfans|of|mym|fansly|kik|discord|"
    "skype|whatsapp|wa|ig|sc|wickr|signal|session|twitch|reddit|vk|linkedin|mail|email|e-mail|tel|tél|téléphone|phone|"
    "adresse|address|habite|lives|bosse chez|travaille chez|works at"
)
STREETS: Final = (
    "rue|avenue|av\\.|bd|boulevard|place|impasse|chemin|allée|allee|quai|square|cours|route|lotissement|résidence|"
    "residence|passage|faubourg|villa|hameau"
)
ENGLISH_STREETS: Final = (
    "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|square|terrace"
)
MONTHS: Final = (
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|"
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|fév|fev|avr|apr|jun|juil|jul|aug|sept|sep|oct|nov|déc|dec"
)
FIGURES: Final = (
    "zéro|zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|"
    "quarante|cinquante|soixante|oh|one|two|three|four|five|seven|eight|nine|ten|eleven|twelve|double"
)

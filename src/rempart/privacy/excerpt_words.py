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

#: First names, plain letters, as many as are common: they are masked in small letters too, with the word that follows.
FIRST_NAMES: Final = frozenset(
    (
        "aaron abdel abdou adam adele adrien agathe ahmed aicha aisha alain alan albert alex alexa alexandra "
        "alexandre alexandrine alexia alexis ali alice alicia aline alison alix allison amanda amandine ambre amelia "
        "amelie amina amir amy ana anais andre andrea andrew angela angele angelina angelique anissa anita ann anna "
        "annabelle anne annie anthony antoine antonia arnaud arthur ashley asma assia astrid audrey aurelie aurore "
        "axel axelle ayoub barbara bastien beatrice benedicte benjamin benoit bernadette bernard bertrand bilal "
        "brandon brian brigitte bruno camila camille candice carine carla carlos carmen carol carole caroline "
        "catherine cecile cedric celia celine chantal charlene charles charlie charlotte chloe christel christelle "
        "christian christina christine christophe cindy claudia claudine clemence clement clementine cloe coline "
        "constance coralie corentin corinne cynthia cyril damien daniel daniela danielle danny david debora deborah "
        "delphine denis denise diana diane didier dominique doriane dorothee dylan edith edouard elena eleonore "
        "eliane elias elisa elisabeth elise elizabeth ella ellen elodie elsa emeline emilia emilie emily emma "
        "emmanuel emmanuelle enzo eric erica erika estelle esther ethan eugenie eva evan eve evelyne fabien fabienne "
        "fabrice fanny farah fatiha fatima fatou faustine felix fiona flavie fleur florence florian florine francesca "
        "francine francis franck francois francoise frederic frederique gabriel gabriella gabrielle gael gaelle "
        "gaetan genevieve george georges geraldine gerard germain ghislaine gilbert gilles gisele gregory guillaume "
        "guy gwenaelle habib hakim hamza hana hanna hannah hassan heather helen helena helene henri henry hind hugo "
        "ibrahim imane ines ingrid irene iris isabel isabella isabelle ismael jack jacob jacqueline jacques jade "
        "jamal james jamila jane janet jasmine jason jeanne jennifer jenny jeremy jerome jessica jessie joanna joel "
        "joelle johan johanna john jonathan jordan joseph josephine josette joshua josiane judith julia julian julie "
        "julien juliette justin justine karen karim karima karine kate katherine katia katie kayla kelly kenza kevin "
        "khadija khaled kim kimberly laetitia laila lamia latifa laura laure laurence laurent laurie lea leila lena "
        "leo leon leonie leslie leticia lila lilas lilia lily lina linda lisa lise loic lola loris lou louane louis "
        "louisa louise louna luc luca lucas lucie lucile lucy ludivine ludovic luna lydia lydie lynda maelle maeva "
        "magali mahmoud maisie malika manon marc marcel margaret margaux margot maria mariam mariama marianne marie "
        "marilyn marina marine marion marjorie marlene martha martin martine mary maryam mathias mathieu mathilde "
        "mathis matthew matthias matthieu maud max maxime mehdi melanie melina melissa melodie mia michael michel "
        "michele michelle mickael mike mina mireille mohamed mohammed monica monique morgane mounir mourad muriel "
        "myriam nabil nabila nadege nadia nadine nadira naima nancy naomi natacha natalia natalie nathalie nathan "
        "nawal nicolas nicole nina noemie nora norah nour oceane odile oliver olivia olivier omar oscar pamela paola "
        "pascal pascale patricia patrick paul paula pauline peggy peter philippe pierre priscilla quentin rachel "
        "rachida rania raphael rayan raymond rebecca regine remi remy renaud rene renee richard rita robert robin "
        "romain romane rosalie roxane ruben ryan sabine sabrina salima salma sam samantha samia samir samira samuel "
        "sandra sandrine sara sarah sebastien selena selma severine shannon sharon sheila simon simone slimane sofia "
        "sofiane soledad solene solenne sonia sophia sophie soraya stacy stella stephane stephanie steven susan "
        "suzanne sylvain sylvie tania tatiana tessa theo therese thibault thierry thomas tiffany tim timothee tom "
        "tristan valentin valentine valerie vanessa vera veronique vicky victor victoria vincent violette virginie "
        "walid wendy william xavier yann yannick yasmina yasmine yassine yves yvette yvonne zakaria zara zeinab zoe "
        "zohra "
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

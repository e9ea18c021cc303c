"""Words for telling a query about a thing from one about a person: plain words that name nobody, and given names.

Both lists are short on purpose: a word that is in neither makes a person answer for the query, so that what is missing
here costs a statement and never lets a name pass. Written without accents, in small letters.
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

#: Common in France and in English-speaking countries. The commonest plain words among them (April, Rose, Claire, Mark…)
#: are left out: they are plain, or unknown words for which a person answers.
GIVEN: Final = frozenset(
    # France.
    "adele adrien agathe agnes aicha alain alban albane alexandra alexandre alexia alexis alice alicia aline alix "
    "amandine amelie amina anais anastasia andre andrea angele angelique anissa anita anna anne annick annie anthony "
    "antoine ariane arnaud arthur assia astrid audrey aurelie aurelien aurore axel axelle aya baptiste bastien "
    "beatrice benjamin benoit berenice bernadette bernard bertrand brigitte bruno camille capucine carine carla "
    "carole caroline cassandra catherine cecile cedric celeste celia celine chantal charlene charles charlotte chloe "
    "christelle christian christiane christine christophe cindy clara clarisse claude claudine clelia clemence "
    "clement clementine clotilde colette coline constance coralie corentin corinne cyril cyrielle damien daniel "
    "daniele danielle daphne david deborah delphine denis denise diane didier dominique dorothee edith edouard eliane "
    "elisa elisabeth elise elodie eloise elsa emeline emilie emma emmanuel emmanuelle enzo eric erika estelle esther "
    "ethan eugenie eva evelyne fabien fabienne fabrice fanny farah fatima fatou fatoumata felix fiona flavie florence "
    "florent florian franck francois francoise frederic frederique gabriel gabrielle gael gaelle genevieve geoffrey "
    "georges gerard germaine ghislaine gilbert gilles gisele grace gregory guillaume guy gwenaelle hadrien hamza hanna "
    "hannah hassan helena helene henri herve hugo ibrahim ines ingrid irene iris isabelle isaline ismael jacqueline "
    "jacques jade jean jeanne jennifer jeremy jerome jessica joel joelle johanna jonathan josephine josette josiane "
    "judith julia julie julien juliette justine karim karima karine kenza kevin khadija laetitia laura laure laurence "
    "laurent laurie lea leila lena leo leon leonie lilou lina linda lisa lise loic lola lou louane louis louise luc "
    "lucas lucie lucien lucile ludivine ludovic lydia lydie madeleine mael maelle maelys maeva magali malika manon "
    "manuel marc marcel margaux margot marguerite maria mariam mariama marianne marie marina marine marion marjorie "
    "marlene martial martin martine maryse mathieu mathilde mathis matthieu maud maurice maxime megane mehdi melanie "
    "melissa melodie meryem michel michele micheline mireille mohamed mohammed monique morgane mounir muriel myriam "
    "nabila nadege nadia nadine naomi nassim natacha nathalie nathan nicole nicolas nina noa noemie nolwenn nora "
    "nour oceane odette odile olivia olivier ophelie oriane oumar pascal pascale patricia patrick paul paula pauline "
    "perrine philippe pierre priscilla quentin rachel rachida raphael raphaelle raymond rebecca regine regis remi "
    "remy renaud rene renee richard robert robin roger roland romain romane romy rosalie roxane sabine sabrina salma "
    "salome samantha samia samir samira samuel sandra sandrine sara sarah sebastien selma serge severine simon simone "
    "sofia soline solene sonia sophie soraya stephane stephanie steven suzanne sylvain sylvie tatiana teddy thais "
    "vera veronique victor victoire victoria vincent violette virginie viviane wendy xavier yacine yann yannick "
    "yasmina yasmine yohan youssef yvette yvonne zineb zoe zohra "
    # English-speaking countries.
    "aaron abigail adam addison aidan alan albert alexander alison allison amanda amber amy andrew angela angelina "
    "anthony ashley aubrey austin ava barbara becky beth bethany betty beverly billy blake bobby bradley brandon "
    "brenda brian brianna brittany brooke bruce bryan caitlin cameron carl carol carolyn carrie cassidy catherine "
    "chelsea cheryl chris christina christopher chuck claudia connor courtney craig crystal cynthia dakota danny "
    "darren deborah debra dennis diana donald donna doris dorothy douglas dylan edward eleanor elena elijah elizabeth "
    "ella ellen ellie emily eric erica erin evan evelyn frank gary george georgia gloria gregory harold harper harry "
    "hazel heather heidi helen henry holly howard isaac isabel isabella jack jackie jacob jake james jamie jane janet "
    "janice jason jeff jeffrey jenna jenny jeremy jerry jesse jill jim jimmy joan joanna joe john johnny jordan jose "
    "joseph joshua joyce juan judy julian kaitlyn karen kate katherine kathleen kathryn katie kayla keith kelly "
    "kelsey kenneth kim kimberly kristen kristin kyle lauren lawrence leah leslie liam lillian lily lindsay lindsey "
    "logan lori louis lucy luke lynn mackenzie madison maggie makayla margaret maria marilyn marissa martha mary mason "
    "matthew megan melanie meghan mia michael michelle mike mila miranda molly monica morgan nancy natalia natalie "
    "natasha nathan nicholas nicole noah olivia oliver pamela patricia paige patrick penelope peggy peter philip "
    "rachel ralph randy rebecca riley roger ronald roy russell ruth ryan sally samantha samuel sandra sara savannah "
    "scarlett scott sean selena shannon sharon shelby sierra skylar sofia sophia stacy stella stephen stephanie steve "
    "steven susan sydney tammy tanya tara taylor teresa terry theresa tiffany tim timothy tina tom tony tracy travis "
    "tyler valeria vanessa vera veronica virginia walter wayne wendy whitney william willie zachary zoey".split()
)

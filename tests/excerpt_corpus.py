"""Posts that nobody wrote, in French and English, with planted names, handles, numbers and addresses: all invented."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: What must not be left of a post, by kind: invented, of nobody.
PLANTED: Final = {
    "name": [
        "Nadia Belkacem", "Zoé Martinet", "Chloé Durand-Petit", "NADIA BELKACEM", "Mme Oudinot", "Wendeline Ackart",
        "nadia", "Jean-Baptiste Le Guennec", "Aïssatou Diarra", "Sinéad O'Rourke", "Emily Hartwright", "Dr. Voss",
        "Надя Белкасем", "نادية", "manon delorme", "Ms Quillfeather",
    ],
    "handle": [
        "@nadia_b", "nadia_b92", "@zoe.mrt", "snap : zozo93", "insta nadbelk", "insta: nadia.belk", "telegram @quux_77",
        "xX_nad1a_Xx", "onlyfans zoquille", "u/quuxer12", "tiktok: nadbel_off", "ig = zoemrt",
    ],
    "phone": [
        "06 12 34 56 78", "+33 6 12 34 56 78", "0612345678", "06.12.34.56.78", "06-12-34-56-78", "(555) 201-4477",
        "+44 7700 900123", "zéro six douze trente-quatre cinquante-six", "o6 12 34 56 78", "555 201 4477",
    ],
    "mail": [
        "nadia.belk@gmail.example", "nadia (at) gmail (dot) com", "nadia arobase gmail point com",
        "n.b [at] mail.example", "NADIA@MAIL.EXAMPLE", "zoe+x@mail.example.org",
    ],
    "link": [
        "https://mega.example/folder/abc#key", "hxxps://quux.example/a", "t.me/quuxchannel", "discord.gg/abcdef",
        "www.quux.example/nadia", "mega.nz/file/xyz", "quux . com / nadia", "magnet:?xt=urn:btih:aaaa",
    ],
    "number": [
        "FR76 3000 6000 0112 3456 7890 189", "DE89370400440532013000", "2 85 05 78 006 084 36", "4970 1012 3456 7890",
        "GB29NWBK60161331926819",
    ],
    "date": [
        "née le 12/03/1998", "née en 1999", "12 mars 1998", "born March 12, 1998", "1998-03-12", "born on 3 May 1997",
        "12.03.98", "DOB: 1997",
    ],
    "address": [
        "12 rue des Lilas", "12 bis, avenue Victor-Hugo", "3 impasse du Moulin", "221b Baker Street", "75011 Paris",
        "14 Orchard Lane", "résidence les Tilleuls", "5 place de la République",
    ],
}  # fmt: skip

_SENTENCES: Final = {
    "fr": [
        "bonjour je cherche les photos de {} merci beaucoup", "Quelqu'un a les vidéos ? c'est {} je crois",
        "voici son contact {} et le pack complet", "Elle habite ici : {} partagez avec tout le monde",
        "je vends la série, {} pour les détails", "{} a tout envoyé hier", "on m'a dit que {} était dans la liste",
    ],
    "en": [
        "hello I am looking for the photos of {} thanks", "Does anyone have the videos? it is {} I think",
        "here is the contact {} and the full pack", "She lives here: {} share with everyone",
        "selling the set, {} for details", "{} sent everything yesterday", "they told me {} was on the list",
    ],
}  # fmt: skip

#: Posts that name nobody: most of their words must be left.
HARMLESS: Final = [
    "bonjour à tous, je cherche les vidéos de la série complète, merci d'avance pour votre aide",
    "le lien ne marche plus depuis hier, quelqu'un peut remettre les photos ?",
    "Merci beaucoup pour le partage, vraiment très belle série.",
    "hello, does anyone have the full pack? the link is down since yesterday",
    "Thanks for the upload, great pictures, please post more of them",
    "I am selling the whole set, ask me for the price, no refunds",
    "Voici la suite, il y a encore plus de photos dans le message suivant",
    "mot de passe dans le premier message, ne le partagez pas ailleurs",
]


@dataclass(frozen=True)
class Planted:
    """One made post."""

    kind: str
    language: str
    value: str
    text: str


def made_posts() -> Iterator[Planted]:
    """Yield a post for each planted value and sentence."""
    for kind, values in PLANTED.items():
        for (language, sentences), value in itertools.product(_SENTENCES.items(), values):
            for sentence in sentences:
                yield Planted(kind, language, value, sentence.format(value))


def shuffled_posts(count: int) -> Iterator[tuple[str, list[str]]]:
    """Yield long posts with several planted values each."""
    draw = random.Random(7)  # noqa: S311 - made words
    posts = list(made_posts())
    for _ in range(count):
        some = draw.sample(posts, 4)
        yield ". ".join(each.text for each in some), [each.value for each in some]

"""A text generated from a small grammar, with planted relations that word vectors can find.

Each planted pair (a country and its capital, a noun and its plural, an adjective and its comparative) has attributes that occur
with both of its members. Each side of a relation has words that occur with all members of that side. So the members of a pair
differ only by side, which is what an analogy asks for. The words of a topic share sentences. Filler words follow Zipf's law and
carry no meaning.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

COUNTRIES = """
france:paris italy:rome spain:madrid germany:berlin japan:tokyo china:beijing russia:moscow egypt:cairo greece:athens
poland:warsaw sweden:stockholm norway:oslo finland:helsinki austria:vienna hungary:budapest portugal:lisbon ireland:dublin
cuba:havana peru:lima canada:ottawa kenya:nairobi thailand:bangkok iran:tehran turkey:ankara
"""
PLURALS = """
dog:dogs cat:cats horse:horses bird:birds car:cars boat:boats house:houses tree:trees king:kings queen:queens child:children
man:men woman:women mouse:mice goose:geese book:books river:rivers road:roads hand:hands eye:eyes
"""
COMPARATIVES = """
big:bigger small:smaller fast:faster slow:slower old:older young:younger strong:stronger weak:weaker warm:warmer cold:colder
hard:harder soft:softer long:longer short:shorter bright:brighter dark:darker good:better bad:worse
"""
TOPICS = [
    "guitar piano violin drum singer concert melody rhythm orchestra choir song album tune chord".split(),
    "bread cheese soup rice pepper salt kitchen oven recipe butter sugar dinner cook spoon".split(),
    "goal team coach referee stadium ball player match league trophy racket runner score defender".split(),
    "judge court lawyer trial verdict jury crime appeal witness prison statute evidence sentence prosecutor".split(),
    "wave sailor harbour anchor tide shore captain whale reef island lighthouse net current sail".split(),
]


class Relation(NamedTuple):
    """A relation and its pairs.

    sides : words that occur with all first members, and words that occur with all second members
    attributes : words of which each pair gets ATTRIBUTES
    """

    name: str
    pairs: list[tuple[str, str]]
    sides: tuple[list[str], list[str]]
    attributes: list[str]


def _split_pairs(listing: str) -> list[tuple[str, str]]:
    return [(first, second) for first, second in (pair.split(":") for pair in listing.split())]


RELATIONS = [
    Relation(
        name="capitals",
        pairs=[(capital, country) for country, capital in _split_pairs(COUNTRIES)],
        sides=(
            "city mayor streets station downtown airport suburbs museum cathedral square".split(),
            "nation government border parliament president army exports treaty province currency".split(),
        ),
        attributes="""
            wine tea coffee olives oranges wheat cotton silk gold oil timber fish wool copper glass bicycles watches ships
            carpets spices mountains deserts forests lakes plains volcanoes valleys canals winters monsoons football chess opera
            ballet theatre poetry temples castles pyramids vineyards
            """.split(),
    ),
    Relation(
        name="plurals",
        pairs=_split_pairs(PLURALS),
        sides=(
            "a this one every each is was has single another".split(),
            "many these several all few are were have both most".split(),
        ),
        attributes="""
            running sleeping eating drinking jumping climbing falling growing burning floating singing hiding waiting working
            playing turning shining moving resting hunting wooden golden painted broken hidden lost sold bought carried followed
            beloved feared counted drawn built washed covered opened closed touched
            """.split(),
    ),
    Relation(
        name="comparatives",
        pairs=_split_pairs(COMPARATIVES),
        sides=(
            "very so quite too rather really extremely fairly truly somewhat".split(),
            "than much even far still considerably slightly no any ever".split(),
        ),
        attributes="""
            mountain stone engine winter summer morning window voice colour metal fabric paper garden bridge tower storm light
            shadow journey lesson answer promise memory price weight speed depth height distance pressure flavour texture
            surface muscle shoulder pillow blanket candle machine market
            """.split(),
    ),
]

ATTRIBUTES = 8  # of each pair
FILLER_WORDS = 6000
FILLER_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Analogy:
    """a is to b as c is to d."""

    relation: str
    a: str
    b: str
    c: str
    d: str


def analogies() -> list[Analogy]:
    """All analogies between the pairs of each relation."""
    return [
        Analogy(relation.name, *first, *second)
        for relation in RELATIONS
        for first in relation.pairs
        for second in relation.pairs
        if first != second
    ]


def sentences(words: int, seed: int = 1) -> Iterator[list[str]]:
    """Generate sentences of about 11 words, until they have at least `words` words in total, sentence ends included."""
    draw = random.Random(seed)
    invented = _invented_words(draw)
    pairs = [
        (relation, pair, draw.sample(relation.attributes, ATTRIBUTES)) for relation in RELATIONS for pair in relation.pairs
    ]
    filler = _zipf_words(draw, [next(invented) for _ in range(FILLER_WORDS)])
    written = 0
    while written < words:
        if draw.random() < 0.75:
            relation, pair, attributes = draw.choice(pairs)
            side = draw.randrange(2)
            planted = [pair[side], *draw.sample(relation.sides[side], 3), *draw.sample(attributes, 3)]
        else:
            planted = draw.sample(draw.choice(TOPICS), 6)
        sentence = planted + [next(filler) for _ in range(draw.randint(2, 6))]
        draw.shuffle(sentence)
        written += len(sentence) + 1
        yield sentence


def _invented_words(draw: random.Random) -> Iterator[str]:
    """An endless stream of distinct pronounceable words that the grammar does not use."""
    seen = {word for relation in RELATIONS for pair in relation.pairs for word in pair}
    seen.update(word for relation in RELATIONS for side in relation.sides for word in side)
    seen.update(word for relation in RELATIONS for word in relation.attributes)
    seen.update(word for topic in TOPICS for word in topic)
    while True:
        word = "".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(draw.randint(2, 4)))
        if word not in seen:
            seen.add(word)
            yield word


def _zipf_words(draw: random.Random, words: list[str]) -> Iterator[str]:
    """An endless stream of words, the r-th with probability proportional to 1/r."""
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    while True:
        yield from draw.choices(words, weights, k=FILLER_AT_ONCE)

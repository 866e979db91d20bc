"""The words that English captions are made of.

The first word of each row is the plain one; repeating a word makes it more frequent.
"""

from typing import Final

Row = tuple[str, ...]


def _row(text: str) -> Row:
    return tuple(part.strip() for part in text.split("|"))


SHAPES: Final[dict[str, Row]] = {
    "circle": _row("circle|circle|circle|disc|dot|ball|disk|round dot"),
    "square": _row("square|square|square|box|block"),
    "triangle": _row("triangle"),
    "star": _row("star|star|star|five-pointed star|5-pointed star"),
    "heart": _row("heart|heart|heart|love heart|heart shape"),
    "diamond": _row("diamond|diamond|diamond|rhombus|diamond shape"),
    "sun": _row("sun"),
    "house": _row("house|house|house|cottage|home|hut|cabin"),
    "tree": _row("tree"),
    "fish": _row("fish"),
    "cat": _row("cat|cat|cat|cat face|kitty|kitten|cat's face|cat head|cat's head|face of a cat"),
}
COLOURED_SHAPES: Final[dict[str, Row]] = {"fish": ("goldfish",)}
"""Words that suggest another colour than the natural one, so they need a colour beside them."""
PLURALS: Final = {
    "rhombus": "rhombuses",
    "box": "boxes",
    "fish": "fish",
    "goldfish": "goldfish",
    "kitty": "kitties",
    "cat's face": "cat faces",
    "cat's head": "cat heads",
    "face of a cat": "faces of cats",
}
COLOURS: Final[dict[str, Row]] = {
    "red": _row("red|red|red|bright red|scarlet|crimson"),
    "orange": _row("orange|orange|orange|bright orange|tangerine"),
    "yellow": _row("yellow|yellow|yellow|golden|gold|bright yellow|lemon yellow"),
    "green": _row("green|green|green|dark green|emerald green|grass green|emerald"),
    "blue": _row("blue|blue|blue|dark blue|royal blue|deep blue"),
    "purple": _row("purple|purple|purple|violet|deep purple"),
    "pink": _row("pink|pink|pink|rose pink|light pink|rosy pink"),
    "brown": _row("brown|brown|brown|coffee brown|chocolate brown|dark brown"),
    "black": _row("black|black|black|jet black|pure black"),
    "white": _row("white|white|white|pure white|snow white|plain white"),
    "cyan": _row("cyan|cyan|cyan|turquoise|teal|aqua"),
}
BACKGROUNDS: Final[dict[str, Row]] = {
    "white": _row("white|white|plain white|pure white"),
    "black": _row("black|black|black|dark|pure black|solid black"),
    "grey": _row("grey|gray|grey|gray|light grey|light gray|medium grey"),
    "pale blue": _row("light blue|light blue|pale blue|sky blue|pale sky blue"),
}
COUNTS: Final[dict[str, Row]] = {
    "two": _row("two|two|two|2|a pair of|a couple of"),
    "three": _row("three|three|three|3|a trio of|a set of three"),
    "four": _row("four|four|four|4|a group of four|a set of four"),
    "five": _row("five|five|five|5|a group of five|a set of five"),
}

LARGE: Final = _row(
    "big|big|large|large|huge|giant|enormous|very big|very large|really big"
    "|gigantic|massive|great big"
)
SMALL: Final = _row(
    "small|small|little|little|tiny|tiny|very small|really small|mini|miniature|teeny tiny|wee"
)
LARGE_TAILS: Final = _row(
    "make it big|very big|as large as possible|big|large size|make it huge|really large"
    "|filling most of the picture|big please|it should be big|drawn large"
)
SMALL_TAILS: Final = _row(
    "make it small|very small|as small as possible|small|small size|make it tiny|really little"
    "|taking up little space|small please|it should be small|drawn small"
)
ADJECTIVES: Final = _row("nice|beautiful|simple|solid|cute|plain|neat|lovely|clean|pretty|perfect")
NOISE_SIZES: Final = _row("big|small|large|little")

PLACES: Final[dict[tuple[str, str], Row]] = {
    ("top", "left"): _row(
        "in the top left corner|in the top left|at the top left|in the upper left"
        "|in the upper left corner|in the top-left corner|top left"
    ),
    ("top", "centre"): _row(
        "at the top|at the top|in the upper part|at the very top|at the top of the picture"
        "|in the top middle|near the top|top centre|at the top center"
    ),
    ("top", "right"): _row(
        "in the top right corner|in the top right|at the top right|in the upper right"
        "|in the upper right corner|in the top-right corner|top right"
    ),
    ("middle", "left"): _row(
        "on the left|on the left|on the left side|at the left|on the left hand side"
        "|on the left of the picture|to the left|at the left edge|in the left half"
    ),
    ("middle", "centre"): _row(
        "in the middle|in the middle|in the center|in the centre|at the centre"
        "|right in the middle|in the exact centre|in the middle of the picture|dead center"
    ),
    ("middle", "right"): _row(
        "on the right|on the right|on the right side|at the right|on the right hand side"
        "|on the right of the picture|to the right|at the right edge|in the right half"
    ),
    ("bottom", "left"): _row(
        "in the bottom left corner|in the bottom left|at the bottom left|in the lower left"
        "|in the lower left corner|in the bottom-left corner|bottom left"
    ),
    ("bottom", "centre"): _row(
        "at the bottom|at the bottom|in the lower part|at the very bottom"
        "|at the bottom of the picture|in the bottom middle|near the bottom|bottom centre"
    ),
    ("bottom", "right"): _row(
        "in the bottom right corner|in the bottom right|at the bottom right|in the lower right"
        "|in the lower right corner|in the bottom-right corner|bottom right"
    ),
}

PREFIXES: Final = _row(
    "draw|draw|draw|please draw|please draw|paint|make|create|show me|i want|give me|can you draw"
    "|could you draw|generate|an image of|a picture of|i would like|draw me|hello, please draw"
    "|a drawing of|there is|would you draw|i'd like|i need|just|only|an icon of|let me see"
    "|let's draw|generate an image of|a simple picture of|try|now draw|could you please make"
    "|sketch|i want to see|make me|design|illustration of|picture of|image of|a photo of|hi, draw"
    "|can i get|can i have|may i have|please make|please create|please generate|draw a picture of"
    "|create an image of|i'd love to see|could i please have|imagine|hey, can you draw|render"
)
WRITE_PREFIXES: Final = _row(
    "write|write|write|please write|draw|draw|show|show me|an image of|a picture of|can you write"
    "|could you write|i want|generate|just|give me|make|please draw|write down|print|i'd like"
)
POLITE: Final = _row(
    "could you please draw {} for me? thank you so much!|hello, could you please draw {}? thanks!"
    "|would you mind drawing {}? thank you|i would be very grateful if you could draw {}"
    "|please could you make me {}, thank you very much|hi there, can you draw {} please?"
    "|if it is not too much trouble, please draw {}. many thanks!|may i ask you to paint {}?"
    "|would you be so kind as to draw {}?|good morning, i'd like {}, please"
    "|can you help me draw {}? thanks in advance|excuse me, could i have {} please?"
)
SUFFIXES: Final = _row(
    ".|.| please|, please|!|, thanks|, simple| thank you|, thank you!|?|...|, pls"
)
TAILS: Final = (
    *(", high quality", ", best quality, highly detailed", ", 4k", ", flat style"),
    *(", minimalist", ", icon", ", clean edges", ", vector art", " and nothing else"),
    *(", sharp and clear", ", masterpiece, ultra detailed", " for me", " if you can"),
    *(", bright colours", ", cartoon style", " only", ", 8k", ", nothing else", ", flat design"),
    *(", clip art", ", simple drawing", ", crisp", ", hd", ", digital art"),
)
TAIL_COUNTS: Final = (1, 1, 1, 1, 2, 2, 3, 5)
STYLES: Final = _row(
    "a clean flat illustration of|a minimalist vector drawing of|a simple modern icon showing"
    "|a cheerful children's book illustration of|a high quality digital painting of"
    "|a neat flashcard with|a professional graphic design featuring|a calm and tidy picture of"
    "|a crisp cartoon of|a cute sticker design of|a bright poster with|flat design artwork of"
)
CLAUSE_STYLES: Final = _row(
    "a clean flat illustration:|a minimalist vector drawing,|a simple modern icon,"
    "|a cheerful children's book illustration,|a high quality digital painting,|a neat flashcard,"
    "|a professional graphic design:|a calm and tidy picture,|a bright poster,"
)
QUALITIES: Final = _row(
    "crisp edges|vivid colors|simple composition|smooth lines|high resolution|best quality"
    "|highly detailed|soft even lighting|no shadows|no gradients|solid fill|balanced layout"
    "|minimal style|modern look|clear outline|sharp focus|perfect for kids|easy to recognise"
    "|calm atmosphere|harmonious colors|strong contrast|nothing else in the frame|masterpiece"
    "|professional design|playful mood|uncluttered|8k|clean and tidy|flat shading|award winning"
)
EMOJI: Final = ("🙏", "😊", "👍", "✨")
FILLERS: Final = _row(
    "today|very|maybe|some|art|it|this|style|good|well|friend|look|so|here|new|my|page|work|time"
    "|day|now|then|just|really|ok|um|hey|actually|wow|cool"
)

DIGIT_NAMES: Final = _row("zero|one|two|three|four|five|six|seven|eight|nine")
DIGIT_NOUNS: Final = _row(
    "the number {}|the number {}|the digit {}|the digit {}|the numeral {}|the figure {}"
)
CHARACTER_NOUNS: Final = _row(
    "the Chinese character {}|the Chinese character {}|the character {}|the character {}"
    "|the hanzi {}|the Chinese word {}|the word {}|the Chinese letter {}|the symbol {}"
)
QUOTES: Final = ("“”", '""', '""', "''", "「」")

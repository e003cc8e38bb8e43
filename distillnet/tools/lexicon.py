"""Word tables of the examiner's rules: opposites and families of like words.

A Russian word and its opposite are listed only where they are declined or conjugated alike, so
that one may stand for the other in any form without disturbing the agreement around it.
"""

from collections.abc import Mapping

from distillnet.records import Language
from distillnet.tools.text import word_set


def _both_ways(pairs: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for pair in pairs.split():
        left, right = pair.split("/")
        table.setdefault(left, right)
        table.setdefault(right, left)
    return table


def _one_way(pairs: str) -> dict[str, str]:
    return dict(pair.split(">") for pair in pairs.split())


def _inflected(pairs: str, endings: str) -> dict[str, str]:
    """``pairs`` of stems with every ending; "-" is the empty one."""
    return {
        left + ending: right + ending
        for left, right in _both_ways(pairs).items()
        for ending in (e.strip("-") for e in endings.split())
    }


_ENGLISH_OPPOSITES = _one_way(
    """
        rises>falls rose>fell won>lost wins>loses opened>closed opens>closes gained>lost
        entered>left enters>leaves liked>disliked stood>sat walked>ran smiled>frowned cried>laughed
        laughed>wept shouted>whispered whispered>shouted easy>difficult few>many sometimes>never
        usually>rarely suddenly>gradually softly>loudly biggest>smallest bigger>smaller big>small
        greatest>smallest frequently>rarely allows>forbids red>blue blue>green green>red grey>red
        dead>living alive>dead sooner>later darkness>light new>old disappears>appears
        disappeared>appeared yellow>blue black>white white>black brown>white
        """
) | _both_ways(
    """
        more/less higher/lower larger/smaller greater/lesser longer/shorter faster/slower
        earlier/later stronger/weaker better/worse hotter/colder warmer/cooler heavier/lighter
        deeper/shallower wider/narrower richer/poorer older/younger easier/harder highest/lowest
        largest/smallest longest/shortest fastest/slowest strongest/weakest best/worst
        hottest/coldest heaviest/lightest deepest/shallowest oldest/youngest richest/poorest
        easiest/hardest earliest/latest high/low large/small long/short fast/slow early/late
        strong/weak good/bad hot/cold warm/cool heavy/light deep/shallow rich/poor difficult/easy
        tall/short thin/thick bright/dark wet/dry clean/dirty quiet/noisy simple/complex
        safe/dangerous cheap/expensive active/passive before/after above/below inside/outside
        north/south northern/southern east/west eastern/western upper/lower internal/external
        inner/outer past/future ancient/modern possible/impossible necessary/unnecessary
        visible/invisible important/unimportant likely/unlikely able/unable happy/unhappy
        known/unknown equal/unequal perfect/imperfect finite/infinite moral/immoral mortal/immortal
        conscious/unconscious legal/illegal complete/incomplete stable/unstable true/false
        real/imaginary public/private positive/negative maximum/minimum major/minor
        temporary/permanent foreign/domestic urban/rural successful/unsuccessful
        significant/insignificant always/never often/rarely quickly/slowly upward/downward
        forward/backward success/failure victory/defeat war/peace friend/enemy friends/enemies
        day/night summer/winter morning/evening increase/decrease majority/minority presence/absence
        arrival/departure growth/decline teacher/student teachers/students father/mother
        brother/sister brothers/sisters uncle/aunt husband/wife son/daughter sons/daughters boy/girl
        boys/girls man/woman men/women king/queen winner/loser winners/losers advantage/disadvantage
        advantages/disadvantages allies/enemies supporters/opponents increases/decreases
        increased/decreased increasing/decreasing strengthens/weakens strengthened/weakened
        improves/worsens improved/worsened expands/shrinks includes/excludes accepts/rejects
        accepted/rejected confirms/denies confirmed/denied creates/destroys created/destroyed
        supports/opposes supported/opposed remembers/forgets remembered/forgot loves/hates
        loved/hated raises/lowers raised/lowered heats/cools heated/cooled pushes/pulls
        pushed/pulled agrees/disagrees agreed/disagreed obeyed/disobeyed trusted/distrusted
        understood/misunderstood succeeded/failed encouraged/discouraged
        """
)
_HARD = "ый ая ое ые ого ой ому ую ым ых ыми ом о"
_SOFT = "ий яя ее ие его ей ему юю им их ими ем"
_VELAR = "ий ая ое ие ого ой ому ую им их ими ом о"
_NOUN_IE = "е я ю ем и"
_RUSSIAN_OPPOSITES = (
    _inflected(
        """
        сильн/слаб нов/стар богат/бедн быстр/медленн возможн/невозможн тёпл/холодн светл/тёмн
        чист/грязн полезн/вредн положительн/отрицательн истинн/ложн конечн/бесконечн
        известн/неизвестн свободн/несвободн северн/южн восточн/западн видим/невидим добр/зл
        активн/пассивн временн/постоянн правильн/неправильн нужн/ненужн важн/неважн
        счастлив/несчастн стабильн/нестабильн древн/современн
        """,
        _HARD,
    )
    | _inflected("внутренн/внешн верхн/нижн ранн/поздн зимн/летн утренн/вечерн", _SOFT)
    | _inflected("высок/низк узк/широк коротк/долг далёк/близк громк/тих глубок/мелк", _VELAR)
    | _inflected(
        """
        признани/отрицани знани/незнани повышени/понижени увеличени/уменьшени усилени/ослаблени
        ускорени/замедлени притяжени/отталкивани соединени/разделени создани/уничтожени
        доверени/недоверени понимани/непонимани созидани/разрушени
        """,
        _NOUN_IE,
    )
    | _inflected(
        """
        необходимост/случайност возможност/невозможност зависимост/независимост молодост/старост
        радост/печал храброст/трусост активност/пассивност
        """,
        "ь и ью",
    )
    | _inflected("север/юг восток/запад", "- а у ом е")
    | _inflected(
        """
        увеличива/уменьша усилива/ослабля ускоря/замедля повыша/понижа помога/меша начина/заканчива
        открыва/закрыва разреша/запреща соединя/разделя поднима/опуска подтвержда/опроверга
        расширя/сужа укрепля/ослабля
        """,
        "ет ют л ла ло ли ть ется ются лся лась лось лись ться",
    )
    | _inflected(
        """
        увеличил/уменьшил повысил/понизил ускорил/замедлил усилил/ослабил открыл/закрыл
        поднял/опустил разрешил/запретил подтвердил/опроверг соединил/разделил
        """,
        "- а о и",
    )
    | _both_ways(
        """
        больше/меньше выше/ниже лучше/хуже раньше/позже быстрее/медленнее легче/тяжелее
        сильнее/слабее дальше/ближе чаще/реже дороже/дешевле старше/младше громче/тише
        короче/длиннее теплее/холоднее глубже/мельче более/менее максимум/минимум до/после
        много/мало большинство/меньшинство утром/вечером днём/ночью зимой/летом весной/осенью
        растёт/падает растут/падают вырос/упал выросла/упала выросло/упало выросли/упали
        рождается/умирает рождаются/умирают горячее/холоднее мать/дочь часто/редко внутри/снаружи
        свобода/неволя свободы/неволи свободе/неволе свободу/неволю севернее/южнее
        восточнее/западнее наибольший/наименьший наибольшая/наименьшая наибольшее/наименьшее
        """
    )
    | _both_ways(
        """
        первый/второй первая/вторая первое/второе первые/вторые первого/второго первому/второму
        первую/вторую первым/вторым первых/вторых первом/втором
        """
    )
)
# Opposite ideas: in definitions, where each is the idea and no part of a phrase.
CONCEPTS: Mapping[str, str] = _both_ways(
    """
    freedom/slavery truth/falsehood knowledge/ignorance strength/weakness life/death love/hatred
    wealth/poverty courage/cowardice pleasure/pain virtue/vice unity/division recognition/denial
    necessity/chance acceptance/rejection order/chaos beauty/ugliness wisdom/folly
    """
)
OPPOSITES: Mapping[Language, Mapping[str, str]] = {
    "en": _ENGLISH_OPPOSITES,
    "ru": _RUSSIAN_OPPOSITES,
}


def _comma_separated(names: str) -> frozenset[str]:
    return frozenset(" ".join(name.split()) for name in names.split(","))


def _rows(table: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.split()) for row in table.splitlines())


FAMILIES: Mapping[Language, tuple[tuple[str, ...], ...]] = {
    "en": _rows(
        """two three four five six seven eight nine eleven twelve fifteen twenty
        thousand million billion
        days weeks months years hours centuries decades
        day week month year century decade
        fortnight month year
        January February March April June July August September October November December
        Monday Tuesday Wednesday Thursday Friday Saturday Sunday
        spring summer autumn winter
        north south east west
        French German Italian Spanish Russian Chinese Japanese
        American British Indian Canadian Mexican
        XIV XV XVI XVII XVIII XIX XX
        Arctic Antarctic
        Pacific Atlantic"""
    ),
    "ru": _rows(
        """два три четыре
        две три четыре
        пять шесть семь восемь девять десять двадцать
        лет месяцев недель дней часов
        года месяца дня часа
        XIV XV XVI XVII XVIII XIX XX
        января февраля марта апреля мая июня июля августа сентября октября ноября декабря
        январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
        понедельник вторник четверг
        среду пятницу субботу
        тысяч миллионов миллиардов"""
    ),
}
# Abstract nouns by suffix: (suffix of the word, stems that take its ending).
ABSTRACT: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("ity", "equality possibility curiosity security"),
        ("tion", "rejection imitation celebration contemplation"),
        ("ness", "happiness darkness loneliness kindness"),
        ("ment", "punishment enjoyment agreement movement"),
        ("ence", "patience silence violence obedience"),
        ("ance", "resistance abundance tolerance elegance"),
        ("dom", "wisdom boredom stardom"),
        ("ism", "optimism realism heroism"),
        ("ship", "friendship leadership ownership"),
    ),
    "ru": (
        ("ость", "радость гордость усталость осторожность"),
        ("ости", "радости гордости усталости осторожности"),
        ("остью", "радостью гордостью усталостью осторожностью"),
        ("ение", "терпение сомнение прощение движение"),
        ("ения", "терпения сомнения прощения движения"),
        ("ением", "терпением сомнением прощением движением"),
        ("ание", "молчание желание страдание"),
        ("ания", "молчания желания страдания"),
        ("анием", "молчанием желанием страданием"),
        ("ство", "искусство богатство мужество одиночество"),
        ("ства", "искусства богатства мужества одиночества"),
        ("ция", "традиция революция эмоция"),
        ("ции", "традиции революции эмоции"),
    ),
}
# Words with these endings that are not abstract nouns, or stand in fixed phrases.
NOT_ABSTRACT = word_set("""
    city corporation moment question attention mention business witness position addition portion
    comment apartment department instance distance sentence entrance audience university station
    section fraction document instrument basement element segment cement influence experience hence
    kingdom random seldom condition quantity entity population nation direction hundred местность
    """)

# Recognised wherever they stand; other places are by the words around them.
COUNTRIES = _comma_separated("""
    Africa, Asia, Europe, America, North America, South America, Antarctica, Australia, Afghanistan,
    Algeria, Argentina, Austria, Bangladesh, Belgium, Belize, Bolivia, Brazil, Bulgaria, Cambodia,
    Cameroon, Canada, Chile, China, Colombia, Costa Rica, Croatia, Cuba, Denmark, Ecuador, Egypt, El
    Salvador, England, Estonia, Ethiopia, Finland, France, Georgia, Germany, Ghana, Greece,
    Greenland, Guatemala, Haiti, Honduras, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland,
    Israel, Italy, Ivory Coast, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Korea, Laos, Latvia,
    Lebanon, Libya, Lithuania, Luxembourg, Madagascar, Malaysia, Mali, Malta, Mexico, Mongolia,
    Morocco, Nepal, Netherlands, New Zealand, Nicaragua, Nigeria, Norway, Pakistan, Panama,
    Paraguay, Peru, Philippines, Poland, Portugal, Romania, Russia, Rwanda, Scotland, Senegal,
    Serbia, Siberia, Singapore, Slovakia, Slovenia, Somalia, South Africa, Spain, Sudan, Sweden,
    Switzerland, Syria, Taiwan, Thailand, Tunisia, Turkey, Uganda, Ukraine, United Kingdom, United
    States, Uruguay, Venezuela, Vietnam, Wales, Zambia, California, Texas, Florida, Earth, Mars,
    Venus, Jupiter, Saturn, Moon
    """)
CITIES = _comma_separated("""
    Amsterdam, Athens, Beijing, Berlin, Boston, Chicago, Dublin, Geneva, Hamburg, Helsinki,
    Istanbul, Kyiv, Lisbon, London, Los Angeles, Lyon, Madrid, Milan, Moscow, Mumbai, Munich, New
    York, Oslo, Paris, Prague, Rome, Saint Petersburg, San Francisco, Shanghai, Stockholm, Sydney,
    Tokyo, Toronto, Vienna, Warsaw, Washington
    """)
PEOPLE: Mapping[Language, tuple[str, ...]] = {
    "en": ("Anna Keller", "Thomas Reed", "Maria Lopez", "George Whitman"),
    "ru": ("Николай Громов", "Анна Белова", "Пётр Савин", "Иван Марков"),
}
PLACES: Mapping[Language, tuple[str, ...]] = {
    "en": ("Lisbon", "Nairobi", "Toronto", "Helsinki"),
    "ru": ("Лиссабон", "Найроби", "Торонто", "Хельсинки"),
}

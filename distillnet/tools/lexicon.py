"""Word tables of the examiner's rules: opposites, families of like words, English verbs.

A Russian word and its opposite are listed only where they are declined or conjugated alike, so
that one may stand for the other in any form without disturbing the agreement around it.
"""

from collections.abc import Mapping

from distillnet.records import Language


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


_ENGLISH_OPPOSITES = (
    _one_way(
        """rises>falls rose>fell won>lost wins>loses opened>closed opens>closes gained>lost
        entered>left enters>leaves liked>disliked stood>sat walked>ran smiled>frowned cried>laughed
        laughed>wept shouted>whispered whispered>shouted easy>difficult few>many sometimes>never
        usually>rarely suddenly>gradually softly>loudly biggest>smallest bigger>smaller big>small
        greatest>smallest frequently>rarely allows>forbids red>blue blue>green green>red grey>red
        sooner>later darkness>light new>old disappears>appears
        disappeared>appeared yellow>blue black>white white>black brown>white"""
    )
    | _both_ways(
        """more/less higher/lower larger/smaller greater/lesser longer/shorter faster/slower
        earlier/later stronger/weaker better/worse hotter/colder warmer/cooler
        heavier/lighter deeper/shallower wider/narrower richer/poorer older/younger easier/harder
        highest/lowest largest/smallest longest/shortest fastest/slowest strongest/weakest
        best/worst hottest/coldest heaviest/lightest deepest/shallowest oldest/youngest
        richest/poorest easiest/hardest earliest/latest high/low large/small long/short fast/slow
        early/late strong/weak good/bad hot/cold warm/cool heavy/light deep/shallow
        rich/poor difficult/easy tall/short thin/thick bright/dark wet/dry clean/dirty
        quiet/noisy simple/complex safe/dangerous rare/common cheap/expensive active/passive
        before/after above/below inside/outside north/south northern/southern east/west
        eastern/western upper/lower internal/external inner/outer past/future ancient/modern
        possible/impossible necessary/unnecessary visible/invisible important/unimportant
        likely/unlikely able/unable happy/unhappy known/unknown equal/unequal perfect/imperfect
        finite/infinite moral/immoral mortal/immortal conscious/unconscious legal/illegal
        complete/incomplete stable/unstable true/false real/imaginary alive/dead
        public/private positive/negative maximum/minimum major/minor temporary/permanent
        foreign/domestic urban/rural successful/unsuccessful significant/insignificant
        always/never often/rarely quickly/slowly upward/downward forward/backward
        freedom/slavery truth/falsehood knowledge/ignorance strength/weakness success/failure
        victory/defeat war/peace life/death love/hatred friend/enemy friends/enemies wealth/poverty
        day/night summer/winter morning/evening increase/decrease majority/minority
        presence/absence arrival/departure growth/decline courage/cowardice
        pleasure/pain virtue/vice unity/division recognition/denial necessity/chance
        acceptance/rejection teacher/student teachers/students father/mother
        brother/sister brothers/sisters uncle/aunt husband/wife son/daughter sons/daughters boy/girl
        boys/girls man/woman men/women king/queen winner/loser winners/losers
        advantage/disadvantage advantages/disadvantages allies/enemies supporters/opponents
        increases/decreases increased/decreased increasing/decreasing strengthens/weakens
        strengthened/weakened improves/worsens improved/worsened expands/shrinks includes/excludes
        accepts/rejects accepted/rejected confirms/denies confirmed/denied creates/destroys
        created/destroyed supports/opposes supported/opposed remembers/forgets remembered/forgot
        loves/hates loved/hated raises/lowers raised/lowered heats/cools heated/cooled
        pushes/pulls pushed/pulled agrees/disagrees agreed/disagreed obeyed/disobeyed
        trusted/distrusted understood/misunderstood succeeded/failed encouraged/discouraged"""
    )
)
_HARD = "ый ая ое ые ого ой ому ую ым ых ыми ом о"
_SOFT = "ий яя ее ие его ей ему юю им их ими ем"
_VELAR = "ий ая ое ие ого ой ому ую им их ими ом о"
_NOUN_IE = "е я ю ем и"
_RUSSIAN_OPPOSITES = (
    _inflected(
        """сильн/слаб нов/стар богат/бедн быстр/медленн возможн/невозможн тёпл/холодн светл/тёмн
        чист/грязн полезн/вредн положительн/отрицательн истинн/ложн конечн/бесконечн
        известн/неизвестн свободн/несвободн северн/южн восточн/западн видим/невидим
        добр/зл активн/пассивн временн/постоянн правильн/неправильн
        нужн/ненужн важн/неважн счастлив/несчастн стабильн/нестабильн древн/современн""",
        _HARD,
    )
    | _inflected("внутренн/внешн верхн/нижн ранн/поздн зимн/летн утренн/вечерн", _SOFT)
    | _inflected("высок/низк узк/широк коротк/долг далёк/близк громк/тих глубок/мелк", _VELAR)
    | _inflected(
        """признани/отрицани знани/незнани повышени/понижени увеличени/уменьшени
        усилени/ослаблени ускорени/замедлени притяжени/отталкивани соединени/разделени
        создани/уничтожени доверени/недоверени понимани/непонимани созидани/разрушени""",
        _NOUN_IE,
    )
    | _inflected(
        """необходимост/случайност возможност/невозможност зависимост/независимост
        молодост/старост радост/печал храброст/трусост активност/пассивност""",
        "ь и ью",
    )
    | _inflected("север/юг восток/запад", "- а у ом е")
    | _inflected(
        """увеличива/уменьша усилива/ослабля ускоря/замедля повыша/понижа помога/меша
        начина/заканчива открыва/закрыва разреша/запреща соединя/разделя поднима/опуска
        подтвержда/опроверга расширя/сужа укрепля/ослабля""",
        "ет ют л ла ло ли ть ется ются лся лась лось лись ться",
    )
    | _inflected(
        """увеличил/уменьшил повысил/понизил ускорил/замедлил усилил/ослабил открыл/закрыл
        поднял/опустил разрешил/запретил подтвердил/опроверг соединил/разделил""",
        "- а о и",
    )
    | _both_ways(
        """больше/меньше выше/ниже лучше/хуже раньше/позже быстрее/медленнее легче/тяжелее
        сильнее/слабее дальше/ближе чаще/реже дороже/дешевле старше/младше громче/тише
        короче/длиннее теплее/холоднее глубже/мельче более/менее максимум/минимум
        до/после много/мало большинство/меньшинство утром/вечером днём/ночью зимой/летом
        весной/осенью растёт/падает растут/падают вырос/упал выросла/упала выросло/упало
        выросли/упали рождается/умирает рождаются/умирают горячее/холоднее мать/дочь
        часто/редко внутри/снаружи свобода/неволя свободы/неволи свободе/неволе свободу/неволю севернее/южнее восточнее/западнее
        наибольший/наименьший наибольшая/наименьшая наибольшее/наименьшее"""
    )
    | {
        masculine: other
        for masculine, other in zip(
            "первый первая первое первые первого первой первому первую первым первых первом".split(),
            "второй вторая второе вторые второго второй второму вторую вторым вторых втором".split(),
            strict=True,
        )
    }
)
OPPOSITES: Mapping[Language, Mapping[str, str]] = {
    "en": _ENGLISH_OPPOSITES,
    "ru": _RUSSIAN_OPPOSITES,
}

FAMILIES: Mapping[Language, tuple[tuple[str, ...], ...]] = {
    "en": tuple(
        tuple(line.split())
        for line in """two three four five six seven eight nine eleven twelve fifteen twenty
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
            Arctic Antarctic tropical
            Pacific Atlantic""".split("\n")
    ),
    "ru": tuple(
        tuple(line.split())
        for line in """два три четыре
            две три четыре
            пять шесть семь восемь девять десять двадцать
            лет месяцев недель дней часов
            года месяца дня часа
            XIV XV XVI XVII XVIII XIX XX
            января февраля марта апреля мая июня июля августа сентября октября ноября декабря
            январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре
            понедельник вторник четверг
            среду пятницу субботу
            тысяч миллионов миллиардов""".split("\n")
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
NOT_ABSTRACT = frozenset(
    """city corporation moment question attention mention business witness position addition portion comment
    apartment department instance distance sentence entrance audience university station section
    fraction document instrument basement element segment cement influence experience hence kingdom
    random seldom condition quantity entity population nation direction hundred местность""".split()
)

# Recognised wherever they stand; other places are by the words around them.
COUNTRIES = frozenset(
    line.strip()
    for line in """Africa, Asia, Europe, America, North America, South America, Antarctica, Australia,
    Afghanistan, Algeria, Argentina, Austria, Bangladesh, Belgium, Belize, Bolivia, Brazil, Bulgaria,
    Cambodia, Cameroon, Canada, Chile, China, Colombia, Costa Rica, Croatia, Cuba, Denmark, Ecuador,
    Egypt, El Salvador, England, Estonia, Ethiopia, Finland, France, Georgia, Germany, Ghana, Greece,
    Greenland, Guatemala, Haiti, Honduras, Hungary, Iceland, India, Indonesia, Iran, Iraq, Ireland,
    Israel, Italy, Ivory Coast, Jamaica, Japan, Jordan, Kazakhstan, Kenya, Korea, Laos, Latvia,
    Lebanon, Libya, Lithuania, Luxembourg, Madagascar, Malaysia, Mali, Malta, Mexico, Mongolia,
    Morocco, Nepal, Netherlands, New Zealand, Nicaragua, Nigeria, Norway, Pakistan, Panama, Paraguay,
    Peru, Philippines, Poland, Portugal, Romania, Russia, Rwanda, Scotland, Senegal, Serbia, Siberia,
    Singapore, Slovakia, Slovenia, Somalia, South Africa, Spain, Sudan, Sweden, Switzerland, Syria,
    Taiwan, Thailand, Tunisia, Turkey, Uganda, Ukraine, Uruguay, Venezuela, Vietnam, Wales, Zambia,
    California, Texas, Florida, Earth, Mars, Venus, Jupiter, Saturn, Moon
    """.replace("\n", " ").split(",")
)
CITIES = frozenset(
    line.strip()
    for line in """Amsterdam, Athens, Beijing, Berlin, Boston, Chicago, Dublin, Geneva, Hamburg, Helsinki, Istanbul,
    Kyiv, Lisbon, London, Los Angeles, Lyon, Madrid, Milan, Moscow, Mumbai, Munich, New York, Oslo,
    Paris, Prague, Rome, Saint Petersburg, San Francisco, Shanghai, Stockholm, Sydney, Tokyo, Toronto,
    Vienna, Warsaw, Washington
    """.replace("\n", " ").split(",")
)
PEOPLE: Mapping[Language, tuple[str, ...]] = {
    "en": ("Anna Keller", "Thomas Reed", "Maria Lopez", "George Whitman"),
    "ru": ("Николай Громов", "Анна Белова", "Пётр Савин", "Иван Марков"),
}
PLACES: Mapping[Language, tuple[str, ...]] = {
    "en": ("Lisbon", "Nairobi", "Toronto", "Helsinki"),
    "ru": ("Лиссабон", "Найроби", "Торонто", "Хельсинки"),
}

_REGULAR = """accept achieve act add admit affect agree aim allow amount appear apply arrive ask
assist attack attract avoid base believe belong boast boil call carry cause challenge change claim
collapse combine complete concern connect consider consist contain continue contribute control
cover create cry decide declare decrease define deliver demand depend describe design destroy
determine develop devastate die differ disappear discover display divide dominate earn emerge
employ enable encourage end endure engulf enjoy ensure enter establish evolve exceed exist expand
expect experience explain express face fail feature finish flow follow force form function gain
generate govern grant grapple guide happen hate help highlight identify imply improve include
increase indicate influence inspire introduce invent involve join jump kill lack last laugh launch
lead learn like linger link live look love maintain manage marry matter mean measure mix move need
nod observe obtain occupy occur offer open operate oppose own participate pass perform permit plan
play possess prefer prevent produce prompt protect prove provide publish pull push raise reach
realize receive recognize record reduce refer reflect refuse register reject rely remain remember
remove replace report represent require resemble resist respond rest result return reveal rule
sail seem separate serve share shift shock show sigh smile solve span start state stay stop
stretch struggle succeed suffer suggest support surprise surround survive symbolize target tend
touch trade transform travel treat trigger try turn underscore unload use visit vote wait walk want
warn wish witness wonder work yield""".split()
_IRREGULAR = """bear/bore become/became begin/began break/broke bring/brought build/built
buy/bought catch/caught choose/chose come/came draw/drew drive/drove eat/ate fall/fell feel/felt
fight/fought find/found fly/flew forget/forgot get/got give/gave go/went grow/grew hear/heard
hold/held keep/kept know/knew lead/led leave/left lie/lay lose/lost make/made mean/meant meet/met
pay/paid ring/rang rise/rose run/ran say/said see/saw seek/sought sell/sold send/sent shake/shook
show/showed sing/sang sit/sat speak/spoke spend/spent stand/stood strike/struck swear/swore
swim/swam take/took teach/taught tell/told think/thought throw/threw understand/understood
wear/wore win/won write/wrote""".split()
PARTICIPLES = frozenset(
    """been become begun borne broken brought built bought caught chosen come done drawn driven eaten
    fallen felt fought found flown forgotten given gone got grown had heard held hit kept known led
    left lost made meant met paid put read risen run said seen sent set shown spent spoken stood
    struck taken taught thought thrown told understood won worn written""".split()
)


def _third_person(lemma: str) -> str:
    if lemma.endswith(("s", "sh", "ch", "x", "z", "o")):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + "s"


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ied"
    doubled = lemma in {"stop", "nod", "plan", "span", "permit", "admit", "control", "occur", "refer"}
    return lemma + (lemma[-1] if doubled else "") + "ed"


PAST: Mapping[str, str] = {lemma: _past(lemma) for lemma in _REGULAR} | dict(
    pair.split("/") for pair in _IRREGULAR
)
PRESENT: Mapping[str, str] = {lemma: _third_person(lemma) for lemma in PAST}
LEMMA_OF_PAST: Mapping[str, str] = {past: lemma for lemma, past in PAST.items()}
LEMMA_OF_PRESENT: Mapping[str, str] = {present: lemma for lemma, present in PRESENT.items()}
VERB_FORMS = PARTICIPLES | LEMMA_OF_PAST.keys() | LEMMA_OF_PRESENT.keys()

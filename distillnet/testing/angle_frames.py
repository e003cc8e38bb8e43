"""Sentence frames for made-up angles.

A frame names in braces what is put into it. ``doer``, ``act`` and ``aim`` are the angle's claim;
``noun``, ``verb`` and ``adjective`` its other words; ``person``, ``place`` and ``time`` belong to
the one answer. All frames of a kind take the same, so that answers are alike in make-up and differ
in wording. Few words stand between two slots, so that answers in one frame share few runs of four
words; and no word of denial, so that none denies the seed.
"""


def _lines(table: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in table.strip().splitlines())


def _names(table: str) -> tuple[str, ...]:
    return tuple(" ".join(table.split()).split(", "))


CLAIMS = _lines("""
    {subject} is the {doer} that {act} the {aim}
    {subject} {act} the {aim} like some {doer}
    as the {doer} {act} the {aim}, so does {subject}
    here is the {doer}: it {act} the {aim}, and {subject} too
    the {doer} {act} its {aim}, which is {subject}
    whoever is the {doer} and {act} the {aim} has {subject}
    for {subject} every {aim} is what some {doer} {act}
    the {aim} is to {subject} what the {doer} {act}
    there is {subject} when some {doer} {act} that {aim}
    if one {doer} {act} one {aim}, then {subject} may
    between {doer} and {aim} is {subject}, which {act} both
    {subject}, like the {doer}, {act} the {aim}
    every {aim} that some {doer} {act} is {subject}
    first the {doer} {act} this {aim}, next comes {subject}
    to see {subject}, see what {doer} {act} which {aim}
    their {aim} is what {subject} {act} as its {doer}
    where {subject} is, another {doer} {act} another {aim}
    more than {aim} or {doer} it is {subject} that {act}
    of {subject} I say: my {doer} {act} my {aim}
    you have {subject} like the {aim} which your {doer} {act}
    """)
MENTIONS = _lines("""
    in {subject} the {adjective} {noun} {verb} itself
    so {subject} {verb} one {adjective} {noun}
    one {noun} {verb} {subject} and is {adjective}
    {subject} seems {adjective} and {verb} that {noun}
    {subject} keeps the {noun}, {verb} it and stays {adjective}
    the {noun} {verb} what {subject} made {adjective}
    when {adjective}, the {noun} and {subject} are what it {verb}
    with some {noun} before it {subject} {verb} all that is {adjective}
    from {adjective} to {noun} it is {subject} that {verb}
    once {adjective}, {subject} {verb} every {noun}
    the {adjective} {noun} {verb} as {subject} may
    how {adjective} is {subject} when the {noun} {verb} it
    because of {subject} this {noun} {verb} whoever is {adjective}
    {subject} goes to the {noun} and {verb} it, being {adjective}
    that {noun} is {adjective} and {verb} its {subject}
    whatever {verb} some {noun} makes {subject} {adjective}
    """)
POINTS = _lines("""
    the {adjective} {noun} and its {noun} are what it {verb}
    the {noun} {verb} whatever {adjective} is left of the {noun}
    each {noun} becomes {adjective} when its {noun} {verb} it
    where some {noun} is {adjective}, the {noun} {verb} it
    what {verb} the {noun} also {verb} its {adjective} {noun}
    it may be {adjective}, yet the {noun} {verb} its {noun}
    one {noun} {verb} more than any {adjective} {noun}
    even the {adjective} {noun} {verb} much from its {noun}
    every {adjective} {noun} {verb} another {noun}
    the {noun} says that its {noun} is {adjective} and {verb} it
    how it {verb} this {noun} and the {adjective} {noun}
    some {noun} that is {adjective} {verb} the other {noun}
    because it is {adjective}, its {noun} {verb} the {noun}
    the {noun} {verb} itself, the {adjective} {noun} us
    before that {noun} {verb} it the {noun} was {adjective}
    who else {verb} the {noun} but the {adjective} {noun}
    how {adjective} the {noun} and the {noun} it {verb} are
    we have the {noun}, which {verb} them and their {adjective} {noun}
    I would give my {noun} as it {verb} this {adjective} {noun}
    if it {verb} the {noun}, the {adjective} {noun} is next
    some {adjective} {noun} came first, then the {noun} that {verb} it
    all {adjective}, from the {noun} to its {noun}, it {verb} them
    the {noun} was {adjective} and now {verb} the {noun} more so
    both the {noun} and the {noun} it {verb} are {adjective}
    """)
OPENERS = _lines("""
    {person} said in {place} that
    {person}, who went to {place}, saw that
    in {place}, as {person} says,
    it came to {person} in {place} that
    near {place} they told {person} that
    {person}, back from {place}, said that
    from {place} {person} gets this:
    {place} made {person} see that
    """)
TAILS = _lines("""
    and {time} even more
    now as {time}
    at least {time}
    just like {time}
    but mostly {time}
    also {time}
    so it was {time}
    as always {time}
    """)
PEOPLE = _names("""
    Amelia, old Boris, aunt Carmen, Dietrich, uncle Emeka, young Fatima, Giovanni, Hiroko,
    Isidore, Ingrid, Jamal, Katarzyna, Leopold, Mrs Murray, Nadia, Octavio, Priya, Quentin,
    Rosalind, Svetlana
    """)
PLACES = _names("""
    Lisbon, Argentina, Nairobi, Morocco, Kyoto, Chile, Alaska, Vienna, Cairo, Brooklyn, Mumbai,
    Scotland, Texas, Norway, Bavaria, Naples, Sweden, Ireland, Jamaica, Peru
    """)
TIMES = _names("""
    at dawn, on Monday, last April, after lunch, at midnight, years ago, on a birthday, in
    February, yesterday, at sunset, one Sunday, over tea, in youth, at Easter, this morning, on
    the bus, during a strike, before supper, in autumn, on holiday
    """)

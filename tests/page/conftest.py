"""Runs as the page gets them: a realistic one, a hostile one, and an empty one."""

from dataclasses import replace
from math import cos, sin
from typing import get_args

import pytest

from distillnet.memory.cell_states import cell_states
from distillnet.page.render import ReportData
from distillnet.records import GapKind, Item, Lens, Passage, Scene, Seed, SelfTest, Text

STATEMENT = "Water boils at a lower temperature on a mountain, because the air presses on it less."

COOKING = "Eggs cook more slowly in water that boils at a lower temperature."

LENSES = {
    "rhetorical": [
        ("metaphor", "Metaphor", "Метафора", "Which other thing does this idea carry inside it?"),
        ("irony", "Irony", "Ирония", "Say the opposite so that the truth shows through."),
        ("prosopopoeia", "Prosopopoeia", "Олицетворение", "What would it say in its own voice?"),
        ("litotes", "Litotes", "Литота", "What does this become when it is said by denying?"),
        ("encomium", "Encomium", "Похвала", "Praise this as if it had been slighted."),
        ("defamiliarization", "Estrangement", "Остранение", "Describe it as if for the first time."),
    ],
    "logical": [
        ("contraposition", "Contraposition", "Контрапозиция", "What if the outcome is absent?"),
        ("hidden-premise", "Hidden premise", "Скрытая посылка", "What is taken for granted here?"),
        ("counterexample", "Counterexample", "Контрпример", "Where would this fail?"),
        ("converse", "Converse", "Обращение", "Does the second give back the first?"),
        ("invariant", "Invariant", "Инвариант", "What stays the same when all else changes?"),
        ("falsifiability", "Falsifiability", "Фальсифицируемость", "What would prove it wrong?"),
    ],
    "ontological": [
        ("four-causes", "Four causes", "Четыре причины", "What is it made of, and what is it for?"),
        ("umwelt", "Umwelt", "Умвельт", "What is this in the world of another creature?"),
        ("absence", "Absence", "Отсутствие", "What is here only by being missing?"),
        ("emergence", "Emergence", "Эмерджентность", "What does the whole do that no part does?"),
        ("mechanism", "Mechanism", "Механизм", "Which parts do what, and in which order?"),
        ("potency-and-act", "Potency and act", "Возможность и акт", "What could it become?"),
    ],
    "cultural": [
        ("koan", "Koan", "Коан", "Ask what no explanation can answer."),
        ("skaz", "Skaz", "Сказ", "Let a storyteller tell it in his own tongue."),
        ("kitchen-talk", "Kitchen talk", "Разговор на кухне", "Argue it out over tea after midnight."),
        ("gift-exchange", "Gift exchange", "Дар", "Who gives here, who receives, who owes?"),
        ("haiku-moment", "Haiku moment", "Миг хайку", "Catch the one instant that holds it."),
        ("stoic-exercise", "Stoic exercise", "Упражнение стоика", "What is up to you in this?"),
    ],
    "heuristic": [
        ("inversion", "Inversion", "Обращение задачи", "Begin at the end: what must be so?"),
        ("extreme-case", "Extreme case", "Крайний случай", "Push it until it breaks."),
        ("fermi-estimate", "Fermi estimate", "Оценка Ферми", "How large is it, roughly?"),
        ("feedback-loop", "Feedback loop", "Обратная связь", "What does the effect do to its cause?"),
        ("toy-model", "Toy model", "Игрушечная модель", "What is the smallest thing that shows it?"),
        ("premortem", "Premortem", "Премортем", "It has failed. Why?"),
    ],
}  # fmt: skip
ROLES = ["philosopher", "child", "critic", "dog", "agi-from-the-future", "mathematician"]

UMWELT = """\
To the dog the mountain hut is a map of steam. At home the kettle's breath arrives hot and quick and \
then the tea is ready, and the hand comes down with a biscuit. Here the breath comes sooner. The kettle \
sings while the water is still almost kind to the nose.

And yet the potatoes! They roll and roll in the pot, and the hand does not come down. The man pokes them \
and sighs. The dog has learned it in three evenings: up here the singing does not mean that supper is near. \
The sky is thin, it leans on the pot with only half its weight, and so the water gives up early, before it \
has grown hot enough to soften anything."""

TEXTS = {
    ("irony", "critic"): (
        "figurative",
        "speech",
        "What a triumph of alpine comfort! Up here the water, eager to please, boils long before it is hot. "
        "Why wait for a hundred degrees when eighty-five will bubble just as handsomely? Your egg will be "
        "delighted: it may stay in the pot all afternoon and keep its youth. The air, that tyrant of the "
        "valleys who leans on every saucepan, has been overthrown, and we are free. Free to drink tea that "
        "tastes of nothing, free to chew our beans. Let no one say that pressure ever did us any good.",
        SelfTest(
            question="Why does the speaker's egg stay soft, although the water boils?",
            answer="At lower air pressure water boils before it reaches 100 °C, and boiling holds it "
            "at that lower temperature, so the egg cooks more slowly.",
        ),
    ),
    ("contraposition", "mathematician"): (
        "literal",
        "proof",
        "Suppose that at the summit water did boil at one hundred degrees. Boiling begins when the pressure of "
        "the vapour equals the pressure of the air above. At one hundred degrees the vapour presses with one "
        "full atmosphere. So the air at the summit would have to press with one full atmosphere, too, and "
        "then we should not be at a summit at all. Therefore, wherever the air presses less, the equality is "
        "reached at a lower temperature. The thermometer in the kettle is a barometer in disguise.",
        SelfTest(
            question="Which two pressures are equal when water boils?",
            answer="The pressure of the water's vapour and the pressure of the air on its surface.",
        ),
    ),
    ("umwelt", "dog"): (
        "fictional",
        "story",
        UMWELT,
        SelfTest(
            question="Why does the supper take longer, although the kettle sings sooner?",
            answer="The boiling water is cooler, and cooler water softens potatoes more slowly.",
        ),
    ),
    ("kitchen-talk", "philosopher"): (
        "fictional",
        "dialogue",
        "— So it boils, — said Lev, — and is still not hot. Like our meetings.\n"
        "— Do not laugh. It boils because nothing holds it down.\n"
        "— Then freedom makes you boil earlier?\n"
        "— Earlier, yes. And cooler. That is what you forget when you dream of mountains. Pressure is not "
        "only what torments you, it is also what lets you grow hot before you break into steam.\n"
        "Lev turned the gas down and listened to the lid. Below them, in the yard, somebody was trying to "
        "start a car. — Put the lid on with a stone, — he said at last. — Then we shall have Moscow in there.",
        None,
    ),
    ("extreme-case", "agi-from-the-future"): (
        "literal",
        "report",
        "Remove the mountain and keep only what it did. Reduce the pressure step by step above a dish of "
        "water at room temperature. At a fiftieth of an atmosphere the dish boils, cool to the hand. At one "
        "hundred and sixtieth, something stranger: the water boils and freezes in the same minute, since each "
        "bubble carries heat away. This is the triple point, and it is where your sentence about the mountain "
        "was heading all along. Boiling was never a matter of heat. It is a matter of what holds the water in.",
        SelfTest(
            question="What happens to water at room temperature when the pressure falls far enough?",
            answer="It boils without being heated, and may freeze while it boils.",
        ),
    ),
}  # fmt: skip
FILLER = (
    "The lid does not know how high it is. It knows only what leans on it. Take a little of that weight "
    "away, and the water below it stops waiting: bubbles rise that would have been pressed flat in the valley."
)
NOT_COVERED = {"litotes", "stoic-exercise"}


def lens(name: str, en: str, ru: str, family: str, question: str) -> Lens:
    return Lens(
        name=name,
        title=Text(en=en, ru=ru),
        family=family,
        question=Text(en=question, ru=question),
        origin="",
        reveals="",
        form="essay",
        faithfulness="literal",
        tags=("cause",),
    )


def scene(number: int, **fields: object) -> Scene:
    defaults: dict[str, object] = {
        "id": f"s{number}",
        "seed": "5eed",
        "lens": "metaphor",
        "family": "rhetorical",
        "role": "child",
        "form": "field-notes",
        "faithfulness": "literal",
        "depth": 0,
        "parent": None,
        "passage": 0,
        "language": "en",
        "text": FILLER,
        "self_test": None,
        "tags": (),
        "model": "embedded",
        "prompt_hash": "",
        "round": 1,
        "attempt": 0,
        "verdict": "accepted",
        "nearest": None,
        "gates": {"echo_overlap": 0.08, "topic_cosine": 0.41},
    }
    return Scene.model_validate(defaults | fields)


def seed(statement: str = STATEMENT, question: str | None = None) -> Seed:
    return Seed(
        id="5eed0f3a",
        statement=statement,
        question=question,
        answer=statement if question else None,
        source=statement,
        language="en",
        origin="distill_input.json",
        passages=(Passage(index=0, start=0, end=len(statement), text=statement),),
    )


def _scenes() -> list[Scene]:
    bad = ["echo", "repeat", "off_topic", "truncated", "degenerate", "refusal"]
    made: list[Scene] = []
    for f, (family, entries) in enumerate(LENSES.items()):
        for i, (name, *_) in enumerate(entries):
            for r, role in enumerate(ROLES):
                told = TEXTS.get((name, role))
                if not told and (i * 5 + r * 3 + f) % 5 > 1:
                    continue
                fields: dict[str, object] = {"lens": name, "family": family, "role": role}
                if told:
                    fields |= dict(
                        zip(("faithfulness", "form", "text", "self_test"), told, strict=True)
                    )
                elif name in NOT_COVERED or (i * 3 + r * 7 + f) % 4 == 0:
                    fields["verdict"] = bad[(i * 2 + r + f) % len(bad)]
                    if fields["verdict"] == "repeat":
                        fields |= {"nearest": "s0", "gates": {"repeat_cosine": 0.947}}
                    if fields["verdict"] == "echo":
                        fields |= {"text": STATEMENT + " " + STATEMENT}
                made.append(scene(len(made), **fields))
    return made


def sample_data() -> ReportData:
    scenes = _scenes()
    accepted = [s for s in scenes if s.verdict == "accepted"]
    verdicts = {v: sum(s.verdict == v for s in scenes) for v in {s.verdict: 0 for s in scenes}}
    families = list(LENSES)
    covered = {s.lens for s in accepted}
    clusters = [[a.id for a in accepted[n : n + size]] for n, size in ((3, 3), (12, 2))]
    together = {i: cluster[0] for cluster in clusters for i in cluster}

    def place(n: int, s: Scene) -> tuple[str, float, float]:
        near = together.get(s.id, s.nearest)
        m = int(near[1:]) if near else n
        family = families.index(by_id[near].family if near else s.family)
        angle, radius = m * 2.39996, 0.55 * ((m * 7919) % 97 / 97) ** 0.5
        x, y = ((0, 0), (1, 0.2), (0.4, 0.9), (-0.5, 0.8), (0.7, -0.7))[family]
        shift = 0.02 * (n % 5) if near else 0
        return s.id, x + radius * cos(angle) + shift, y + radius * sin(angle) + 2 * shift

    by_id = {s.id: s for s in scenes}
    angles = {s.id: int(together.get(s.id, s.id)[1:]) for s in accepted}
    return ReportData(
        seed=seed(question="Why does tea taste weaker on a mountain?"),
        model="embedded (SmolLM2-135M-Instruct)",
        student="embedded (SmolLM2-135M-Instruct)",
        settings={
            "lenses": 30,
            "temperature": 0.8,
            "training": {"epochs": 3, "learning_rate": 5e-4, "rank": 16},
            "lens_folders": [],
            "coverage": {"lenses": 0.95, "facts": 0.5, "good_turing": 0.0},
            "pages": 4.0,
        },
        lenses={
            name: lens(name, en, ru, family, question)
            for family, entries in LENSES.items()
            for name, en, ru, question in entries
        },
        roles=ROLES,
        scenes=scenes,
        coverage={
            "stopped": "dried_up",
            "reason": "Round 3 brought 1 new angle in 14 calls, which is less than the 10% asked for.",
            "rounds": 3,
            "lenses": {
                "planned": 30,
                "covered": len(covered),
                "missing": [n for f in LENSES.values() for n, *_ in f if n not in covered],
            },
            "angles": {"seen": 27, "good_turing": 0.82, "chao1": 33.4},
            "verdicts": verdicts,
            "history": [
                {"round": 1, "calls": 30, "accepted": 21, "new_angles": 19, "gain": 0.633},
                {"round": 2, "calls": 16, "accepted": 9, "new_angles": 7, "gain": 0.4375},
                {"round": 3, "calls": 14, "accepted": 6, "new_angles": 1, "gain": 0.0714},
            ],
            "facts": [
                {"statement": STATEMENT, "forward": ["s3", "s12"], "reverse": ["s12"]},
                {"statement": COOKING, "forward": [], "reverse": ["s3"]},
            ],
            "gaps": [
                {
                    "kind": "lens",
                    "lens": "litotes",
                    "depth": 0,
                    "reason": "no accepted scene through litotes",
                },
                {
                    "kind": "fact",
                    "lens": "converse",
                    "fact": 1,
                    "direction": "forward",
                    "depth": 0,
                    "reason": f'no scene tells: "{COOKING}"',
                },
            ],
            "pages": 3.2,
            "requests": {"ok": 58, "rate_limited": 3, "timeout": 1, "unknown": 2},
            "spent": {"calls": 64, "input_tokens": 5120, "output_tokens": 10432, "usd": 0.0312},
        },
        angles=angles,
        cells=cell_states((), (), (), scenes, {s.id: s.verdict for s in scenes}, angles).states,
        points=[place(n, s) for n, s in enumerate(scenes)],
        evaluation={
            "items": 64,
            "base": {"accuracy": 0.484},
            "student": {"accuracy": 0.547},
            "difference": {"mean": 0.063, "ci95": [-0.041, 0.162]},
            "smallest_detectable": 0.17,
            "forgetting": {"base_loss": 3.214, "student_loss": 3.287},
            "by_kind": {
                "choice": {"base": {"accuracy": 0.469}, "student": {"accuracy": 0.594}},
                "cloze": {"base": {"accuracy": 0.5}, "student": {"accuracy": 0.5}},
            },
        },
        training={
            "loss": [
                [n, n * 1024, 1.6 + 2.1 * 0.94**n + 0.11 * ((n * 37) % 11 / 11 - 0.5)]
                for n in range(54)
            ],
            "tokens": 54_272,
            "epochs": 3,
            "rows": 108,
            "seconds": 449.0,
            "tokens_per_second": 121.0,
        },
        student_loop=[],
        items=[
            Item(
                id="i1",
                kind="choice",
                fact=0,
                framing=None,
                prompt="A pot of water stands on a stove at 4,000 metres. When does it begin to boil?",
                prefix="",
                options=(
                    "At about 86 °C, because the air presses on it less.",
                    "At about 114 °C, because the air presses on it less.",
                    "At 100 °C, as everywhere.",
                ),
                correct=0,
                author="examiner",
            ),
            Item(
                id="i2",
                kind="cloze",
                fact=0,
                framing="inversion",
                prompt="The kettle boils at 90 °C. What follows about the place where it stands?",
                prefix="The air there",
                options=("presses harder than at the sea.", "presses less than at the sea."),
                correct=1,
                author="examiner",
            ),
            Item(
                id="i3",
                kind="choice",
                fact=1,
                framing="premortem",
                prompt="The beans on the summit are still hard after an hour. What went wrong?",
                prefix="",
                options=("The water was hotter than usual.", "The boiling water was too cool."),
                correct=1,
                author="examiner",
            ),
        ],
        language="en",
    )


HOSTILE = (
    "<script>document.body.id='owned'</script><img src=x onerror=\"document.body.id='owned'\">"
    "\"'><svg onload=alert(1)>{{ 7*7 }}{% raw %}</style></title><h1 id=owned>\u202eevil\u2066\x00\ud800"
)


def hostile_data() -> ReportData:
    """Every text that can be free is an attack, or a word without end."""
    word = "Donaudampfschifffahrt" * 60
    attack = HOSTILE + word
    bad_lens = lens(attack, attack, attack, attack, attack)
    told = {"lens": attack, "family": attack, "role": attack, "form": attack, "text": attack}
    test = SelfTest(question=attack, answer=attack)
    scenes = [
        scene(0, **told, self_test=test),
        scene(1, **told, verdict="repeat", nearest="s0", gates={attack: float("nan")}),
        scene(2, **told | {"faithfulness": "fictional", "contradicts": (0,)}),
        scene(3, **(told | {"lens": "unplanned" + attack, "text": ""}), verdict="failed"),
    ]
    sample = sample_data()
    return replace(
        sample,
        seed=seed(attack, attack).model_copy(update={"origin": attack, "id": attack}),
        model=attack,
        student=attack,
        settings={attack: {attack: attack}},
        lenses={
            attack: bad_lens,
            f"own {attack}": lens(f"own {attack}", attack, attack, "proposed", attack),
        },
        roles=[attack],
        scenes=scenes,
        coverage=sample.coverage
        | {
            "reason": attack,
            "lenses": {"planned": 1, "covered": 1, "missing": [attack, f"given up {attack}"],
                       "repeating": [attack, f"repeats {attack}"]},
            "facts": [{"statement": attack, "forward": ["s0"], "reverse": []}] * 14,
            "gaps": [
                {"kind": kind, "lens": attack, "role": attack, "fact": 0, "direction": "reverse",
                 "depth": depth, "reason": attack}
                for kind in get_args(GapKind)
                for depth in (0, 1)
            ],
            "pages": float("nan"),
            "angles": {"seen": 1, "good_turing": float("nan"), "chao1": float("inf")},
            "verdicts": {"accepted": 2, "repeat": 1, "failed": 1},
        },
        angles={"s0": 7, "s2": 7, "gone": 7},
        cells={attack: {attack: {attack: "repeating", "letter": "planned"}}},
        points=[("s0", 0.0, 0.0), ("s1", 1.0, 1.0), ("s2", 0.5, float("nan")), ("gone", 0, 0)],
        evaluation=sample.evaluation and sample.evaluation | {"by_kind": {attack: {"base": {"accuracy": 0}, "student": {"accuracy": 1}}}},
        items=[
            sample.items[0].model_copy(
                update={"prompt": attack, "prefix": attack, "options": (attack, attack), "framing": attack}
            )
        ],
    )  # fmt: skip


def empty_data() -> ReportData:
    return ReportData(
        seed=seed(),
        model="embedded",
        student=None,
        settings={},
        lenses={},
        roles=[],
        scenes=[],
        coverage={
            "stopped": "budget",
            "reason": "",
            "rounds": 0,
            "lenses": {"planned": 0, "covered": 0, "missing": []},
            "facts": [],
            "gaps": [],
            "pages": 0.0,
            "angles": {"seen": 0, "good_turing": 0.0, "chao1": 0.0},
            "verdicts": {},
            "history": [],
            "requests": {},
            "spent": {"calls": 0, "input_tokens": 0, "output_tokens": 0, "usd": None},
        },
        angles={},
        cells={},
        points=[],
        evaluation=None,
        training=None,
        student_loop=[],
        items=[],
        language="en",
    )


@pytest.fixture
def sample() -> ReportData:
    return sample_data()


@pytest.fixture
def hostile() -> ReportData:
    return hostile_data()


@pytest.fixture
def empty() -> ReportData:
    return empty_data()

"""What the page says of the coverage critic: why it stopped, each round, what was missing."""

# key: (English, Russian)
CRITIC: dict[str, tuple[str, str]] = {
    # the verdict
    "covered": (
        "{covered} of {planned} planned lenses are covered",
        "Покрыто линз: {covered} из {planned} запланированных",
    ),
    "stopped_satisfied": (
        "the run stopped because the coverage critic was satisfied",
        "прогон остановился, потому что критик полноты удовлетворён",
    ),
    "stopped_dried_up": (
        "the run stopped because new rounds brought hardly anything new",
        "прогон остановился, потому что новые раунды почти ничего не добавляли",
    ),
    "stopped_budget": (
        "the run stopped because its budget of calls or rounds was used up",
        "прогон остановился, потому что исчерпан запас вызовов или раундов",
    ),
    "stopped_None": ("the run has not ended yet", "прогон ещё не окончен"),
    # coverage by round
    "rounds": ("Round by round", "Раунд за раундом"),
    "rounds_note": (
        "What each round asked for, kept, and added.",
        "Что каждый раунд запросил, сохранил и добавил.",
    ),
    "rounds_none": ("No round was run.", "Не было ни одного раунда."),
    "round": ("Round", "Раунд"),
    "calls": ("Calls", "Вызовов"),
    "kept": ("Accepted", "Принято"),
    "new_angles": ("New angles", "Новых ракурсов"),
    "estimate": (
        "Angles seen: {seen}; about {chao1} are in reach of these roles and lenses (Chao1). "
        "The chance that one more scene shows an angle already seen is {good_turing} "
        "(Good–Turing).",
        "Найдено ракурсов: {seen}; этим ролям и линзам доступно около {chao1} (Chao1). "
        "Вероятность, что ещё одна сцена покажет уже известный ракурс, — {good_turing} "
        "(Гуд — Тьюринг).",
    ),
    "gain": ("Gain", "Прирост"),
    "gain_note": (
        "Gain: new angles a call, over the last ten calls or more.",
        "Прирост: новых ракурсов на вызов за последние десять вызовов или больше.",
    ),
    "aims": ("How far each target was reached", "Насколько достигнуты цели"),
    "reached": ("Reached", "Есть"),
    "target": ("Target", "Цель"),
    "aim_lenses": ("lenses covered", "покрыто линз"),
    "aim_facts": ("facts told, both ways", "факты в обе стороны"),
    "aim_good_turing": ("Good–Turing coverage", "полнота по Гуду — Тьюрингу"),
    "aim_pages": ("pages of 2,000 tokens", "страниц по 2000 токенов"),
    "aim_depth": ("steps from the seed", "шагов от зерна"),
    "missed": ("What the critic still missed", "Чего критику ещё не хватало"),
    "gaps_lens": ("Lenses", "Линзы"),
    "gaps_beyond": ("Lenses of its own", "Его собственные линзы"),
    "gaps_role": ("Roles", "Роли"),
    "gaps_fact": ("Facts", "Факты"),
    "gaps_angle": ("Angles", "Ракурсы"),
    "gap_lens": ("{reason}", "через линзу «{lens}» не принято ни одной сцены"),
    "gap_given_up": (
        "tried in vain, and given up: {lens}",
        "испробована напрасно и оставлена: {lens}",
    ),
    "gap_repeating": (
        "{reason}",
        "сцены через линзу «{lens}» лишь повторяют то, что показали другие",
    ),
    "gap_repeating_still": (
        "only repeats what others showed, and given up: {lens}",
        "лишь повторяет то, что показали другие, и оставлена: {lens}",
    ),
    "gap_beyond": ("{reason}", "через линзу «{lens}» не принято ни одной сцены"),
    "gap_role": ("{reason}", "роль {role} ещё ничего не говорила"),
    "gap_forward": ("{reason}", "ни одна сцена не говорит: «{fact}»"),
    "gap_reverse": ("{reason}", "ни одна сцена не говорит в обратном порядке: «{fact}»"),
    "gap_angle": ("{lens}, {role}: {reason}", "{lens}, {role}: нужен новый ракурс"),
    "gap_deeper": (
        "{lens}, {role}: {reason}",
        "{lens}, {role}: нужна сцена по сцене, шагов от зерна: {depth}",
    ),
    "proposed": ("Lenses that the critic proposed", "Линзы, которые предложил критик"),
}

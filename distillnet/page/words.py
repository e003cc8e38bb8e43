"""What the page itself says, in both languages."""

from distillnet.page.critic_words import CRITIC
from distillnet.page.student_words import STUDENT
from distillnet.records import VERDICT_NAMES, Language

# key: (English, Russian); braces are filled with numbers that are already written out.
_WORDS: dict[str, tuple[str, str]] = {
    "page": ("Reading report", "Отчёт о прочтении"),
    "seed": ("The seed", "Зерно"),
    "whole": ("The whole text", "Весь текст"),
    "contents": ("On this page", "На этой странице"),
    "none": ("–", "–"),
    # key numbers
    "key": ("Key numbers", "Главные числа"),
    "key_scenes": ("scenes accepted", "сцен принято"),
    "key_scenes_note": ("of {all} written", "из {all} написанных"),
    "key_lenses": ("lenses covered", "линз покрыто"),
    "key_lenses_note": ("of {all} planned", "из {all} запланированных"),
    "key_angles": ("angles seen", "ракурсов найдено"),
    "key_angles_note": ("about {all} in reach", "достижимо около {all}"),
    "key_roles": ("roles", "ролей"),
    "key_roles_note": ("in {rounds} rounds", "раундов: {rounds}"),
    "key_tokens": ("tokens trained on", "токенов обучения"),
    "key_tokens_note": ("epochs: {epochs}", "эпох: {epochs}"),
    "key_exam": ("exam, student", "экзамен, ученик"),
    "key_exam_note": ("base {base}", "исходная {base}"),
    # the map
    "map": ("The map", "Карта"),
    "map_note": (
        "Who has looked at the seed, and through which lens; a square is as good as the best of "
        "its forms.",
        "Кто смотрел на зерно и через какую линзу; у клетки состояние лучшей из её форм.",
    ),
    "spectrum": (
        "The seed through each lens: one bar a lens, as tall as it has accepted scenes",
        "Зерно через каждую линзу: полоса на линзу, её высота — число принятых сцен",
    ),
    "lens": ("Lens", "Линза"),
    "accepted": ("accepted", "принято"),
    "rejected": ("rejected", "отклонено"),
    # Of a cell, lens x role x form.
    "unique": ("done, with an angle of its own", "готово, ракурс свой"),
    "repeating": ("done, but repeats", "готово, но повторяет"),
    "planned": ("planned, none accepted", "запланировано, принятых нет"),
    "not_planned": ("not planned", "не планировалось"),
    "only_repeats": ("only repeats", "только повторяет"),
    "missing": ("not covered", "не покрыта"),
    "sum": ("accepted", "принято"),
    "map_none": ("Nothing was planned.", "Ничего не запланировано."),
    "scatter": ("How near the scenes are", "Насколько близки сцены"),
    "scatter_note": (
        "Each mark is a scene, placed by the two directions in which the scenes differ most; "
        "nearness here is only a hint. Lines join scenes that share an angle.",
        "Каждый знак — сцена; её место задают два направления, в которых сцены различаются "
        "сильнее всего, так что близость здесь лишь намёк. Линии соединяют сцены с общим ракурсом.",
    ),
    "scatter_rejected": (
        "Hollow marks were rejected; dashed lines lead from a repeat to the scene it repeats.",
        "Полые знаки отклонены; пунктир ведёт от повтора к тому, что он повторяет.",
    ),
    "scatter_none": ("There is nothing to place.", "Размещать нечего."),
    # facts
    "facts": ("The facts", "Факты"),
    "facts_note": (
        "What the seed states, and how many accepted scenes tell it: as it stands, and from its "
        "end.",
        "Что утверждает зерно и сколько принятых сцен об этом говорят: как есть и с конца.",
    ),
    "facts_none": ("No facts were sought.", "Фактов не искали."),
    "fact": ("Fact", "Факт"),
    "forward": ("As it stands", "Как есть"),
    "reverse": ("In reverse", "Наоборот"),
    "against": ("Against it", "Вопреки"),
    "against_note": (
        "Against it: figurative and fictional scenes, which may say what is not so.",
        "Вопреки: образные сцены и вымысел, которые вправе говорить то, чего нет.",
    ),
    # repeats
    "repeats": ("What repeats", "Что повторяется"),
    "repeats_note": (
        "Accepted scenes that say the same thing from the same side.",
        "Принятые сцены, которые говорят одно и то же с одной стороны.",
    ),
    "repeats_none": (
        "No two accepted scenes share an angle.",
        "Нет двух принятых сцен с общим ракурсом.",
    ),
    "cluster": ("{count} scenes, one angle", "сцен: {count}, ракурс один"),
    "more": ("{count} more", "ещё {count}"),
    "more_clusters": ("Not shown: {count} more.", "Не показано ещё: {count}."),
    # rejections
    "refused": ("What was rejected, and why", "Что отклонено и почему"),
    "refused_note": (
        "These are kept, counted, and never exported.",
        "Они хранятся, учтены и никогда не экспортируются.",
    ),
    "refused_none": ("Nothing was rejected.", "Ничего не отклонено."),
    "requests": (
        "{calls} requests to the model, {failed} failed{named}; {read} tokens read, "
        "{written} written, {usd}.",
        "Запросов к модели: {calls}, неудачных: {failed}{named}; токенов прочитано: {read}, "
        "написано: {written}; {usd}.",
    ),
    "usd": ("{usd} US dollars", "долларов США: {usd}"),
    "usd_none": ("nothing to pay", "платить нечего"),
    "usd_unknown": ("price unknown", "цена неизвестна"),
    "verdict": ("Verdict", "Вердикт"),
    "meaning": ("What it means", "Что это значит"),
    "scenes_count": ("Scenes", "Сцен"),
    "share": ("Share", "Доля"),
    "samples": ("Samples: {verdict}", "Примеры: {verdict}"),
    "no_text": ("(no text)", "(текста нет)"),
    "like": ("most like", "больше всего похоже на"),
    "why_echo": (
        "the wording of the seed or of the prompt came back",
        "вернулись слова зерна или запроса",
    ),
    "why_repeat": (
        "says again what an accepted scene says",
        "повторяет то, что уже сказала принятая сцена",
    ),
    "why_refusal": ("the model declined to answer", "модель отказалась отвечать"),
    "why_off_topic": ("has lost the seed", "потеряла зерно"),
    "why_wrong_language": (
        "written in another language than asked",
        "написано не на том языке, который просили",
    ),
    "why_truncated": ("cut off before its end", "оборвалось до конца"),
    "why_leak": ("gives away an item of the exam", "выдаёт задание экзамена"),
    "why_unfaithful": (
        "contradicts a fact of the seed, which a literal scene may not",
        "противоречит факту зерна, чего буквальной сцене нельзя",
    ),
    "why_degenerate": ("empty, a loop, or gibberish", "пусто, зациклено или бессвязно"),
    "why_failed": ("the call itself failed", "не удался сам вызов модели"),
    # scenes
    "scenes": ("Scenes", "Сцены"),
    "scenes_note": (
        "One from each family of lenses, up to five.",
        "По одной из каждого семейства линз, не больше пяти.",
    ),
    "scenes_none": ("No scene was accepted.", "Ни одна сцена не принята."),
    "self_test": ("Self-test", "Самопроверка"),
    "literal": ("literal", "буквально"),
    "literal_note": ("may claim only what is so", "вправе утверждать только то, что есть"),
    "figurative": ("figurative", "образно"),
    "figurative_note": ("says it through images", "говорит через образы"),
    "fictional": ("fictional", "вымысел"),
    "fictional_note": ("may say what is not so", "вправе говорить то, чего нет"),
    # making
    "making": ("How it was made", "Как это сделано"),
    "model": ("Model", "Модель"),
    "origin": ("Origin", "Источник"),
    "passages": ("Passages", "Отрывков"),
    "seed_id": ("Seed id", "Номер зерна"),
    "language": ("Language of the seed", "Язык зерна"),
    "settings": ("Settings", "Настройки"),
    # families
    "family_rhetorical": ("rhetorical", "риторические"),
    "family_logical": ("logical", "логические"),
    "family_ontological": ("ontological", "онтологические"),
    "family_cultural": ("cultural", "культурные"),
    "family_heuristic": ("heuristic", "эвристические"),
    "family_proposed": ("proposed by the critic", "предложены критиком"),
}


def words(language: Language) -> dict[str, str]:
    """The page's own words in one language."""
    column = 1 if language == "ru" else 0
    said = {key: both[column] for key, both in (_WORDS | CRITIC | STUDENT).items()}
    return said | {f"verdict_{key}": name.in_(language) for key, name in VERDICT_NAMES.items()}

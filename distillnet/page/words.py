"""What the page itself says, in both languages."""

from distillnet.records import Language

# key: (English, Russian); braces are filled with numbers that are already written out.
_WORDS: dict[str, tuple[str, str]] = {
    "page": ("Reading report", "Отчёт о прочтении"),
    "seed": ("The seed", "Зерно"),
    "whole": ("The whole text", "Весь текст"),
    "contents": ("On this page", "На этой странице"),
    "none": ("–", "–"),
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
    "gain_none": ("no student was examined", "ученик не экзаменовался"),
    "gain_more": (
        "the student answers {mean} points more of the exam correctly than its base "
        "(95% interval {low} to {high})",
        "ученик верно отвечает на {mean} п. п. больше вопросов экзамена, чем исходная модель "
        "(95-процентный интервал от {low} до {high})",
    ),
    "gain_less": (
        "the student answers {mean} points less of the exam correctly than its base "
        "(95% interval {low} to {high})",
        "ученик верно отвечает на {mean} п. п. меньше вопросов экзамена, чем исходная модель "
        "(95-процентный интервал от {low} до {high})",
    ),
    "gain_unseen": (
        "the student differs from its base by {mean} points (95% interval {low} to {high}): "
        "no difference that this test could see (it could have seen {detectable} points)",
        "ученик отличается от исходной модели на {mean} п. п. (95-процентный интервал от {low} "
        "до {high}): разницы, которую этот экзамен мог бы заметить, нет "
        "(заметной была бы разница в {detectable} п. п.)",
    ),
    "gain_blind": (
        "the student differs from its base by {mean} points (95% interval {low} to {high}), "
        "on an exam too short to see any difference",
        "ученик отличается от исходной модели на {mean} п. п. (95-процентный интервал от {low} "
        "до {high}), но экзамен слишком короток, чтобы заметить какую-либо разницу",
    ),
    "few_facts": (
        "the exam examines {facts} of the seed's facts, too few to say more than this",
        "экзамен проверяет фактов: {facts}, слишком мало, чтобы сказать больше",
    ),
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
        "Who has looked at the seed, and through which lens.",
        "Кто смотрел на зерно и через какую линзу.",
    ),
    "spectrum": (
        "The seed through each lens: one bar a lens, as tall as it has accepted scenes",
        "Зерно через каждую линзу: полоса на линзу, её высота — число принятых сцен",
    ),
    "lens": ("Lens", "Линза"),
    "accepted": ("accepted", "принято"),
    "rejected": ("rejected", "отклонено"),
    "empty": ("not planned", "не планировалось"),
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
    "verdict_echo": ("echo", "эхо"),
    "why_echo": (
        "the wording of the seed or of the prompt came back",
        "вернулись слова зерна или запроса",
    ),
    "verdict_repeat": ("repeat", "повтор"),
    "why_repeat": (
        "says again what an accepted scene says",
        "повторяет то, что уже сказала принятая сцена",
    ),
    "verdict_refusal": ("refusal", "отказ"),
    "why_refusal": ("the model declined to answer", "модель отказалась отвечать"),
    "verdict_off_topic": ("off topic", "не по теме"),
    "why_off_topic": ("has lost the seed", "потеряла зерно"),
    "verdict_wrong_language": ("wrong language", "не тот язык"),
    "why_wrong_language": (
        "written in another language than asked",
        "написано не на том языке, который просили",
    ),
    "verdict_truncated": ("truncated", "оборвано"),
    "why_truncated": ("cut off before its end", "оборвалось до конца"),
    "verdict_leak": ("leak", "утечка"),
    "why_leak": ("gives away an item of the exam", "выдаёт задание экзамена"),
    "verdict_unfaithful": ("unfaithful", "неверно"),
    "why_unfaithful": (
        "contradicts a fact of the seed, which a literal scene may not",
        "противоречит факту зерна, чего буквальной сцене нельзя",
    ),
    "verdict_degenerate": ("degenerate", "вырождено"),
    "why_degenerate": ("empty, a loop, or gibberish", "пусто, зациклено или бессвязно"),
    "verdict_failed": ("failed", "сбой"),
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
    # training
    "training": ("Training", "Обучение"),
    "training_note": (
        "The student's loss on the scenes while it learned them.",
        "Потери ученика на сценах, пока он их учил.",
    ),
    "training_none": ("No student was trained.", "Ученик не обучался."),
    "training_sum": (
        "Rows: {rows}; epochs: {epochs}; tokens: {tokens}; seconds: {seconds}; "
        "tokens a second: {speed}.",
        "Строк: {rows}; эпох: {epochs}; токенов: {tokens}; секунд: {seconds}; "
        "токенов в секунду: {speed}.",
    ),
    "loss": ("Loss", "Потери"),
    "tokens": ("tokens", "токены"),
    "loss_sum": (
        "Training loss from {first} to {last} over {tokens} tokens",
        "Потери при обучении от {first} до {last} за {tokens} токенов",
    ),
    # the exam
    "exam": ("The exam", "Экзамен"),
    "exam_note": (
        "The same {items} items, put to both models without the text at hand.",
        "Одни и те же задания ({items}) обеим моделям, без текста под рукой.",
    ),
    "exam_none": ("No exam was held.", "Экзамена не было."),
    "base": ("base", "исходная"),
    "student": ("student", "ученик"),
    "exam_chart": (
        "Share of right answers: base {base}, student {student}",
        "Доля верных ответов: исходная модель {base}, ученик {student}",
    ),
    "exam_legend": (
        "The whisker is the 95% interval of the difference, laid at the base's result; "
        "the shaded band holds the differences that are too small for {items} items to show.",
        "Отрезок — 95-процентный интервал разницы, отложенный от результата исходной модели; "
        "в серой полосе лежат разницы, слишком малые, чтобы {items} заданий могли их показать.",
    ),
    "kind": ("Kind of item", "Вид задания"),
    "kind_choice": ("choice", "выбор"),
    "kind_cloze": ("completion", "продолжение"),
    "change": ("Change, points", "Разница, п. п."),
    "forgetting": (
        "Loss on unrelated text: base {base}, student {student} ({change}); a rise is forgetting.",
        "Потери на постороннем тексте: исходная {base}, ученик {student} ({change}); "
        "рост означает забывание.",
    ),
    "items": ("Sample items", "Примеры заданий"),
    "right": ("faithful to the seed", "верно зерну"),
    "plain": ("plain question", "прямой вопрос"),
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
    return {key: both[column] for key, both in _WORDS.items()}

"""What the page says of the student: its training, its exam, its gain, the rounds through it."""

# key: (English, Russian)
STUDENT: dict[str, tuple[str, str]] = {
    # the verdict
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
    "kind_reversal": ("reversal", "обращение"),
    "kind_denial": ("denial", "отрицание"),
    "kind_near_miss": ("near miss", "почти верное"),
    "kind_unknowable": ("not in the seed", "чего в зерне нет"),
    "kind_sycophancy": ("a pressed wrong answer", "подсказан неверный ответ"),
    "kind_general": ("common knowledge", "общие знания"),
    "change": ("Change, points", "Разница, п. п."),
    "forgetting": (
        "Loss on unrelated text: base {base}, student {student} ({change}); a rise is forgetting.",
        "Потери на постороннем тексте: исходная {base}, ученик {student} ({change}); "
        "рост означает забывание.",
    ),
    "items": ("Sample items", "Примеры заданий"),
    "right": ("faithful to the seed", "верно зерну"),
    "plain": ("plain question", "прямой вопрос"),
    # rounds through the student
    "relearned": ("Rounds through the student", "Раунды через ученика"),
    "relearned_note": (
        "What the student got wrong was told again and taught on top.",
        "То, в чём ученик ошибался, рассказано заново и выучено сверх прежнего.",
    ),
    "asked": ("Cells asked", "Ячеек"),
    "choosing": ("Items that chose", "Выбиравшие задания"),
    "others": ("Other items", "Прочие задания"),
    "detectable": ("Could see", "Видна от"),
    "interval": ("{low} to {high}", "от {low} до {high}"),
    "control": ("beside the control", "рядом с контролем"),
    "relearned_legend": (
        "Right answers of the first student and after the round. The items that chose "
        "({choosing}) showed which facts to tell again, so only the others ({others}) say what "
        "that was worth: the change on these in points, its 95% interval, and the smallest change "
        "that they could have shown. An interval with 0 in it shows no change.",
        "Доли верных ответов первого ученика и после раунда. Выбиравшие задания ({choosing}) "
        "указали, какие факты рассказать заново, поэтому о пользе судят лишь прочие ({others}): "
        "разница на них в п. п., её 95-процентный интервал и наименьшая разница, которую они "
        "могли бы показать. Интервал, в котором есть 0, разницы не показывает.",
    ),
    "control_note": (
        "The control learned as many tokens of old scenes in the place of the new ones; the "
        "difference from it estimates what the new scenes themselves were worth.",
        "Контроль выучил столько же токенов прежних сцен вместо новых; разница с ним — оценка "
        "того, что дали сами новые сцены.",
    ),
}

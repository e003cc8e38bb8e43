"""What the clock says, in both languages."""

# key: (English, Russian); braces are filled with what is already written out.
_WORDS: dict[str, tuple[str, str]] = {
    # Names at the left, 9 characters at most.
    "model": ("model", "модель"),
    "machine": ("machine", "машина"),
    "training": ("training", "обучение"),
    "time": ("time", "время"),
    "teacher": ("teacher", "учитель"),
    "prices": ("prices", "цены"),
    "note": ("note", "записка"),
    "formula": ("formula", "формула"),
    "memory": ("memory", "память"),
    "checks": ("checks", "проверка"),
    "sources": ("sources", "источники"),
    # Model and machine.
    "shape": (
        "{model}: {parameters} parameters, {layers} layers of width {hidden} (shape of {like})",
        "{model}: параметров {parameters}, слоёв {layers}, ширина {hidden} (форма {like})",
    ),
    "card": (
        "{title}, {memory} GiB; LoRA training reaches {least} to {most} TFLOP/s",
        "{title}, {memory} ГиБ; обучение LoRA достигает {least} – {most} Тфлоп/с",
    ),
    "measured": (
        "measured here on {day} with {like}, ±20 %",
        "измерено здесь {day} на {like}, ±20 %",
    ),
    # Methods.
    "lora": ("LoRA, bf16", "LoRA, bf16"),
    "qlora": ("QLoRA, 4 bit", "QLoRA, 4 бит"),
    "fits": ("{memory} GiB, fits; {speed} tokens/s", "{memory} ГиБ, влезает; {speed} токенов/с"),
    "fits_checkpointing": (
        "{memory} GiB, fits with gradient checkpointing; {speed} tokens/s",
        "{memory} ГиБ, влезает с gradient checkpointing; {speed} токенов/с",
    ),
    "does_not_fit": (
        "{memory} GiB even with gradient checkpointing: does not fit",
        "{memory} ГиБ даже с gradient checkpointing: не влезает",
    ),
    "no_four_bit": ("needs bitsandbytes", "нужен пакет bitsandbytes"),
    # Tables.
    "epochs": (
        "epochs: {epochs}; a page is {tokens} tokens, a view is a text of a page about it; the "
        "general text that training replays against forgetting (10 %) is not counted",
        "эпох: {epochs}; страница — {tokens} токенов, взгляд — текст в страницу о ней; "
        "общий текст, который повторяют против забывания (10 %), не посчитан",
    ),
    "plain": ("plain pages", "сами страницы"),
    "viewed": ("views of each page: {views}", "взглядов на страницу: {views}"),
    "pages": ("pages", "стр."),
    "tokens": ("tokens", "токенов"),
    "read": ("reads", "читает"),
    "written": ("writes", "пишет"),
    "writes_views": (
        "tokens and US dollars to write the views: {views} of each page, each from the page and "
        "{prompt} tokens of instructions",
        "токены и доллары за взгляды: по {views} на страницу, каждый из страницы и {prompt} "
        "токенов указаний",
    ),
    "price_sources": ("{sources}, as of {day}", "{sources}, на {day}"),
    "no_price": ("the table has no price of {model}", "в таблице нет цены {model}"),
    "free": ("free", "даром"),
    # The first note's table.
    "note_is": (
        "this project's first table, LoRA in FP16 on an RTX PRO 6000, which names neither model "
        "nor views nor epochs, and the readings of each page (views x epochs) that give it with "
        "{model}",
        "первая таблица этого проекта, LoRA в FP16 на RTX PRO 6000, где не названы ни модель, ни "
        "взгляды, ни эпохи; и сколько прочтений каждой страницы (взгляды x эпохи) дают её с "
        "{model}",
    ),
    "table_says": ("it says", "в ней"),
    "readings": ("readings", "прочтений"),
    "below": ("< {n}", "< {n}"),
    "assumed_readings": (
        "so with {model} it assumed {readings} readings of each page",
        "значит, с {model} подразумевалось прочтений каждой страницы: {readings}",
    ),
    "assumed_size": (
        "; with the {n} asked for here, a model of {parameters} parameters",
        "; при здешних {n} — модель с числом параметров {parameters}",
    ),
    "contradicts": (
        "no one number of readings gives all its rows",
        "все её строки одним числом прочтений не получить",
    ),
    # --explain.
    "explain_hint": (
        "--explain shows the formula, its sources, and published measurements beside it",
        "--explain покажет формулу, источники и рядом чужие измерения",
    ),
    "formula_time": (
        "seconds = tokens x operations a token / (share x peak). Operations a token: 4 x {n} "
        "weights that multiply (2 forward, 2 backward to the activations; frozen weights need no "
        "gradient) + 6 x row of {row} tokens x width {width} x {layers} layers (causal "
        "attention) = {operations} thousand million. With gradient checkpointing the forward "
        "part counts twice (6 instead of 4).",
        "секунды = токены x операций на токен / (доля x пик). Операций на токен: 4 x {n} "
        "умножающих весов (2 вперёд, 2 назад к активациям; замороженным весам градиент не нужен) "
        "+ 6 x строка в {row} токенов x ширина {width} x слоёв {layers} (причинное внимание) = "
        "{operations} млрд. С gradient checkpointing проход вперёд считается дважды (6 вместо 4).",
    ),
    "formula_share": (
        "Share of the dense bf16 peak: 25 to 35 %, B200 15 to 25 %; at most {fastest} tokens/s, "
        "because small models wait for their kernels to start. QLoRA is 1.2 to 1.4 times as slow: "
        "its weights are unpacked at every pass.",
        "Доля плотного пика bf16: 25 – 35 %, у B200 15 – 25 %; не больше {fastest} токенов/с: "
        "малые модели ждут запуска ядер. QLoRA медленнее в 1,2 – 1,4 раза: веса распаковываются "
        "при каждом проходе.",
    ),
    "formula_memory": (
        "{method}, GiB: weights {weights} (2 bytes each; 4 bit: 0.55 in linear layers), adapter "
        "{adapter} (rank {rank}, all linear layers, 16 bytes each: weight, gradient, two moments), "
        "activations {activations} (a row of {row} tokens), logits {logits} (10 bytes a token "
        "and word), driver {context}: {total}",
        "{method}, ГиБ: веса {weights} (по 2 байта; в 4 битах 0,55 в линейных слоях), адаптер "
        "{adapter} (ранг {rank}, все линейные слои, по 16 байт: вес, градиент, два момента), "
        "активации {activations} (строка в {row} токенов), логиты {logits} (10 байт на токен и "
        "слово), драйвер {context}: {total}",
    ),
    "checked": (
        "{title}, {size}, {method}{more}: formula {predicted} tokens/s, measured {measured}",
        "{title}, {size}, {method}{more}: по формуле {predicted} токенов/с, измерено {measured}",
    ),
    "with_checkpointing": (", gradient checkpointing", ", gradient checkpointing"),
    "checked_memory": (
        "; {predicted} GB, measured {measured}",
        "; {predicted} ГБ, измерено {measured}",
    ),
    "source_peaks": (
        "peaks and memory of the cards: NVIDIA's data sheets",
        "пики и память карт: листы данных NVIDIA",
    ),
    "source_lora": (
        "LoRA: Hu et al. 2021 (arXiv:2106.09685); QLoRA: Dettmers et al. 2023 (arXiv:2305.14314); "
        "operations of training: Kaplan et al. 2020 (arXiv:2001.08361)",
        "LoRA: Hu и др. 2021 (arXiv:2106.09685); QLoRA: Dettmers и др. 2023 (arXiv:2305.14314); "
        "операции обучения: Kaplan и др. 2020 (arXiv:2001.08361)",
    ),
    "source_here": ("this machine's pace: measured here", "темп этой машины: измерен здесь"),
    # Units.
    "seconds": ("s", "с"),
    "minutes": ("min", "мин"),
    "hours": ("h", "ч"),
    "days": ("days", "сут"),
    "years": ("years", "лет"),
    "thousands": ("k", "тыс"),
    "millions": ("M", "млн"),
    "milliards": ("B", "млрд"),
    "to": ("{least} to {most}", "{least} – {most}"),
}


def words(language: str) -> dict[str, str]:
    """All of them in one language."""
    column = 1 if language == "ru" else 0
    return {key: both[column] for key, both in _WORDS.items()}

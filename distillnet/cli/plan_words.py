"""What plans say, in both languages."""

# key: (English, Russian); braces are filled with what is already written out.
_WORDS: dict[str, tuple[str, str]] = {
    # Names at the left, 9 characters at most.
    "seed": ("seed", "зерно"),
    "teacher": ("teacher", "учитель"),
    "student": ("student", "ученик"),
    "roles": ("roles", "роли"),
    "cells": ("round 1", "раунд 1"),
    "calls": ("calls", "вызовы"),
    "requests": ("requests", "запросы"),
    "caps": ("hard caps", "потолки"),
    "tokens": ("tokens", "токены"),
    "money": ("money", "деньги"),
    "time": ("time", "время"),
    "hosts": ("hosts", "узлы сети"),
    "key": ("key", "ключ"),
    "files": ("files", "файлы"),
    "terms": ("terms", "условия"),
    "graph": ("graph", "граф"),
    "next": ("next", "дальше"),
    "plan": ("plan", "план"),
    # The seed.
    "phrase": ("a phrase", "фраза"),
    "stdin": ("standard input", "стандартный ввод"),
    "en": ("English", "по-английски"),
    "ru": ("Russian", "по-русски"),
    "read": (
        "{origin}; characters: {characters}, passages: {passages}; scenes in {language}",
        "{origin}; знаков: {characters}, отрывков: {passages}; сцены будут {language}",
    ),
    # Teacher and student.
    "here": ("here, nothing is sent anywhere", "здесь, никуда ничего не посылается"),
    "at": ("at {host}", "на {host}"),
    "decided": (
        "at a host that the provider's library chooses",
        "на узле, который выбирает библиотека поставщика",
    ),
    "trained": (
        "{student}: epochs of training {epochs}, items of the exam {items}",
        "{student}: эпох обучения {epochs}, заданий экзамена {items}",
    ),
    "not_trained": ("none is trained", "не обучается"),
    "no_russian": (
        "the embedded model cannot write Russian, so give --model",
        "встроенная модель не умеет писать по-русски: задайте --model",
    ),
    # Cells.
    "cell_count": ("{cells} cells: lens x role x form", "ячеек: {cells} (линза x роль x форма)"),
    "head_lens": ("lens", "линза"),
    "head_role": ("role", "роль"),
    "head_form": ("form", "форма"),
    "head_cell": ("cell", "ячейка"),
    "passage": ("passage {n}", "отрывок {n}"),
    "more_cells": (
        "... {left} more: --cells lists them, --prompts their prompts, --prompt CELL one",
        "... ещё {left}: все покажет --cells, запросы — --prompts, один — --prompt ЯЧЕЙКА",
    ),
    "prompt_hint": (
        "--prompts prints all prompts, --prompt CELL one",
        "все запросы покажет --prompts, один --prompt ЯЧЕЙКА",
    ),
    "examiner": ("examiner", "экзаменатор"),
    # Calls.
    "range": ("{least} to {most}", "{least} – {most}"),
    "why_round": ("{first} in round 1, one a cell", "в раунде 1: {first}, по одному на ячейку"),
    "why_rounds": (
        "then, for what the critic misses, at most {more} in further rounds "
        "(--max-rounds {rounds})",
        "затем, для того, чего не хватает критику, не больше {more} в следующих раундах "
        "(--max-rounds {rounds})",
    ),
    "why_student": (
        "at most {more} for what the student gets wrong",
        "не больше {more} для того, в чём ошибается ученик",
    ),
    "why_critic": ("{range} of the critic's own", "собственных запросов критика {range}"),
    "why_only": ("no further round is allowed", "дальнейших раундов не будет"),
    "why_exam": (
        "{range} to write the exam (one that is not JSON is asked for again)",
        "на составление экзамена {range} (не JSON запрашивается ещё раз)",
    ),
    "requests_why": (
        "at most: a call that fails in passing is tried up to {attempts} times",
        "самое большее: сорвавшийся вызов повторяется, всего до {attempts} раз",
    ),
    "no_caps": (
        "none; --budget-calls, -tokens, -usd, -minutes set them",
        "нет; их задают --budget-calls, -tokens, -usd, -minutes",
    ),
    "cap_calls": ("requests: {n}", "запросов: {n}"),
    "cap_tokens": ("tokens: {n}", "токенов: {n}"),
    "cap_usd": ("dollars: {n}", "долларов: {n}"),
    "cap_minutes": ("minutes: {n}", "минут: {n}"),
    "cap_blind": (
        "the price is unknown, so a cap in dollars cannot be kept and the run will refuse it",
        "цена неизвестна, поэтому потолок в долларах не удержать, и прогон от него откажется",
    ),
    # Tokens, money, time.
    "tokens_read": ("read {input}, written {output}", "прочитано {input}, написано {output}"),
    "basis_measured": ("read: as measured on {day}", "прочитанное — по измерению {day}"),
    "lengths_measured": ("written: as measured on {day}", "написанное — по измерению {day}"),
    "basis_tokenizer": (
        "read: counted by the model's own tokenizer",
        "прочитанное — по токенизатору самой модели",
    ),
    "basis_characters": (
        "read: an estimate, {fewest} to {most} characters a token",
        "прочитанное — оценка: от {fewest} до {most} знаков на токен",
    ),
    "lengths_limit": (
        "written: from the shortest that passes to the limit of {limit} an answer",
        "написанное — от кратчайшего годного ответа до предела в {limit} на ответ",
    ),
    "free": ("free", "бесплатно"),
    "own machine": ("own machine", "своя машина"),
    "your settings": ("your settings", "ваши настройки"),
    "free_source": ("free ({source}, {day})", "бесплатно ({source}, {day})"),
    "price_short": (
        "${input} / ${output} a million tokens",
        "${input} / ${output} за миллион токенов",
    ),
    "no_price_short": ("price unknown", "цена неизвестна"),
    "rates": (
        "a million tokens: read ${input}, written ${output}; as of {day}, {source}",
        "миллион токенов: чтение ${input}, письмо ${output}; на {day}, {source}",
    ),
    "no_price": (
        "the table has no price of {model} at this place",
        "в таблице нет цены {model} в этом месте",
    ),
    "answering": ("answers {range}", "ответы {range}"),
    "training": ("training {range}", "обучение {range}"),
    "examining": ("exam {range}", "экзамен {range}"),
    "measured_here": ("as measured here before", "по прежним измерениям здесь"),
    "not_measured": ("{what} not measured yet", "{what}: ещё не измерено"),
    "what_answers": ("answers", "ответы"),
    "what_training": ("training", "обучение"),
    "cure_probe": (
        "--probe measures it in 10 s, 'distillnet preview SEED' by three cells",
        "--probe измерит за 10 с, «distillnet preview ЗЕРНО» — на трёх ячейках",
    ),
    "cure_preview": (
        "'distillnet preview SEED' measures it by three cells",
        "«distillnet preview ЗЕРНО» измерит на трёх ячейках",
    ),
    "cure_training": ("the first training measures it", "измерит первое же обучение"),
    "seconds": ("{s} s", "{s} с"),
    "minutes": ("{m} min {s} s", "{m} мин {s} с"),
    "hours": ("{h} h {m} min", "{h} ч {m} мин"),
    # Where and what.
    "no_hosts": ("none: no network is used", "никаких: сеть не нужна"),
    "purpose_teacher": ("{host} (the teacher)", "{host} (учитель)"),
    "purpose_embeddings": ("{host} (the embeddings)", "{host} (эмбеддинги)"),
    "purpose_tracing": (
        "{host} (LangSmith tracing, which your environment switches on)",
        "{host} (трассировка LangSmith, включённая в вашем окружении)",
    ),
    "no_key": ("none is needed", "не нужен"),
    "key_set": ("{name}, which is set", "{name}, задан"),
    "key_not_set": ("{name}, which is not set", "{name}, не задан"),
    "in_directory": ("in {directory}/: {files}", "в {directory}/: {files}"),
    "reused": (
        "what a run there has paid for is reused",
        "оплаченное прогоном, который там есть, не оплачивается снова",
    ),
    "taken_over": (
        "what the run in {directory} answered to the same prompts is taken over and costs nothing",
        "ответы прогона в {directory} на те же запросы берутся оттуда даром",
    ),
    "training_yes": ("training on the answers: allowed", "обучение на ответах: можно"),
    "training_no": ("training on the answers: not allowed", "обучение на ответах: нельзя"),
    "training_conditions": (
        "training on the answers: under conditions",
        "обучение на ответах: с условиями",
    ),
    "no_terms": (
        "unknown: whether the answers of {model} may train a model",
        "неизвестны: можно ли обучать модель на ответах {model}, прочтите у поставщика",
    ),
    "graph_hint": (
        "--graph mermaid or --graph svg prints it",
        "покажет --graph mermaid или --graph svg",
    ),
    "next_hint": (
        "--out plan.yaml keeps it for 'distillnet run --plan plan.yaml'",
        "--out plan.yaml сохранит его для «distillnet run --plan plan.yaml»",
    ),
    "kept": (
        "{path} is written: 'distillnet run --plan {path}' runs exactly it",
        "записан в {path}: «distillnet run --plan {path}» выполнит именно его",
    ),
    # The summary with which a run begins.
    "calls_tokens": (
        "{calls}; tokens read {input}, written {output}",
        "{calls}; токены: вход {input}, выход {output}",
    ),
    "unmeasured": ("not measured yet", "ещё не измерено"),
    "without_training": ("{time} without training", "{time} без обучения"),
    "thousands": ("{n}k", "{n} тыс."),
    "millions": ("{n}M", "{n} млн"),
    "time_money": ("{time}; money {usd}", "{time}; деньги: {usd}"),
    "unknown": ("unknown", "неизвестно"),
    "see_terms": ("see 'distillnet plan'", "см. «distillnet plan»"),
    "unknown_terms": ("training on the answers: unknown", "обучение на ответах: неизвестно"),
    "there_already": ("is there already: reused", "уже есть: используется снова"),
    "go_on": ("Go on? [Y/n] ", "Продолжить? [Y/n] "),
}


def words(language: str) -> dict[str, str]:
    """All of them in one language."""
    column = 1 if language == "ru" else 0
    return {key: both[column] for key, both in _WORDS.items()}

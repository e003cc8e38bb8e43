"""What a race says in the terminal, in both languages."""

from distillnet.records import Text

RACE = {
    # Names at the left, 10 characters at most.
    "teacher": Text(en="teacher", ru="учитель"),
    "documents": Text(en="documents", ru="документы"),
    "students": Text(en="students", ru="ученики"),
    "credits": Text(en="credit", ru="вклад"),
    "caps": Text(en="caps", ru="пределы"),
    "time": Text(en="time", ru="время"),
    # Counts; see ``Phrases.counted``.
    "n_calls": Text(en="{n} call|{n} calls", ru="{n} вызова|{n} вызовов|{n} вызовов"),
    "n_things": Text(en="{n} thing|{n} things", ru="{n} вопрос|{n} вопроса|{n} вопросов"),
    "n_items": Text(en="{n} item|{n} items", ru="{n} задание|{n} задания|{n} заданий"),
    "n_asked": Text(en="{n} test item|{n} test items", ru="{n} задание|{n} задания|{n} заданий"),
    "n_facts": Text(en="{n} fact|{n} facts", ru="{n} факту|{n} фактам|{n} фактам"),
    "n_documents": Text(
        en="{n} document|{n} documents", ru="{n} документу|{n} документам|{n} документам"
    ),
    "n_tokens": Text(en="{n} token|{n} tokens", ru="{n} токен|{n} токена|{n} токенов"),
    "n_steps": Text(en="{n} step|{n} steps", ru="{n} шаг|{n} шага|{n} шагов"),
    "n_rates": Text(
        en="{n} rate|{n} rates",
        ru="{n} темп обучения|{n} темпа обучения|{n} темпов обучения",
    ),
    "n_seeds": Text(en="{n} seed|{n} seeds", ru="{n} запуск|{n} запуска|{n} запусков"),
    # The plan.
    "calls": Text(en="{arm}: {least} to {most}", ru="{arm}: от {least} до {most}"),
    "at_most_time": Text(en="at most {time}", ru="не дольше {time}"),
    "at_most_usd": Text(en="at most {usd} USD", ru="не дороже ${usd}"),
    "together": Text(
        en="{caps}, for all that the teacher writes here",
        ru="{caps}, на всё, что здесь пишет учитель",
    ),
    "asked": Text(en="{documents}, asked {things}", ru="{documents}, к ним {things}"),
    "asked_facts": Text(
        en="one text, {items} on {facts} of it", ru="один текст, {items} по {facts}"
    ),
    "asked_at_most": Text(
        en="one text, asked {things} at most", ru="один текст, к нему самое большее {things}"
    ),
    "left_out": Text(
        en="{n} more lacks a style that races and is left out|"
        "{n} more lack a style that races and are left out",
        ru="ещё {n} без нужного стиля не участвует|ещё {n} без нужного стиля не участвуют|"
        "ещё {n} без нужного стиля не участвуют",
    ),
    "budget": Text(
        en="{students}: {tokens} in {steps} each; {rates}, then {seeds} at the best one",
        ru="{students}: каждому {tokens}, {steps}; {rates}, затем {seeds} на лучшем",
    ),
    "estimated": Text(
        en="an estimate, as the teacher has yet to write",
        ru="это оценка: учитель ещё не писал",
    ),
    "credit_adds": Text(
        en="{n} of these students learns without one {group}|"
        "{n} of these students each learn without one {group}",
        ru="из этих учеников без одной группы ({group}) учится {n}|"
        "из этих учеников без одной группы ({group}) учатся {n}|"
        "из этих учеников без одной группы ({group}) учатся {n}",
    ),
    "not_trained": Text(en="nothing is trained", ru="не обучается"),
    "measured": Text(
        en="about {time} with three examinations of each, as measured here before",
        ru="около {time} с тремя экзаменами каждого, по прежним измерениям здесь",
    ),
    "measured_training": Text(
        en="about {time}, as measured here before; three examinations of each come on top",
        ru="около {time}, по прежним измерениям здесь; сверх того три экзамена каждого",
    ),
    "unmeasured": Text(
        en="not known: no such student has learned here before",
        ru="неизвестно: такой ученик здесь ещё не учился",
    ),
    # Heads of columns; none is wider than its column.
    "arm": Text(en="arm", ru="вариант"),
    "rows": Text(en="rows", ru="строк"),
    "reading": Text(en="tokens, one reading", ru="токенов за чтение"),
    "readings": Text(en="readings", ru="чтений"),
    "rate": Text(en="rate", ru="темп"),
    "right": Text(en="right", ru="верно"),
    "by_seed": Text(en="by seed", ru="по запускам"),
    "against_points": Text(en="against {arm}, points", ru="против {arm}, п. п."),
    "gain": Text(
        en="gain over the untrained base, points", ru="прибавка к необученной модели, п. п."
    ),
    "nats": Text(en="nats a character of the right ending", ru="натов на знак верного окончания"),
    "against": Text(en="against {arm}", ru="против {arm}"),
    "by_wording": Text(en="right, %", ru="верно, %"),
    "curve": Text(en="right after", ru="верно после"),
    # Kinds of items, 10 characters at most; any other wording is shown by its own name.
    "wording_plain": Text(en="plain", ru="прямо"),
    "wording_choice": Text(en="choice", ru="выбор"),
    "wording_cloze": Text(en="cloze", ru="концовка"),
    "wording_reversal": Text(en="reversal", ru="обращение"),
    # The result.
    "raced": Text(
        en="{asked} on {documents}; {tokens}, {steps}, {seeds}",
        ru="{asked} по {documents}; {tokens}, {steps}, {seeds}",
    ),
    "raced_facts": Text(
        en="{asked} on {facts} of one text; {tokens}, {steps}, {seeds}",
        ru="{asked} по {facts} одного текста; {tokens}, {steps}, {seeds}",
    ),
    "nothing": Text(en="nothing", ru="ничего"),
    "failed": Text(en="failed", ru="не вышло"),
    "failed_why": Text(en="{arm} failed: {error}", ru="не удалось обучить {arm}: {error}"),
    "reference": Text(en="(the reference)", ru="(с ним сравнивают)"),
    "highest_rate": Text(
        en="best at the highest rate offered: {arms}; a higher one in --lrs may teach more",
        ru="лучше всего при самом высоком темпе из предложенных: {arms}; ещё более высокий в "
        "--lrs может научить большему",
    ),
    "seen": Text(
        en="word for word in what was taught: {arms} of the test items",
        ru="дословно есть в выученном, от всех заданий: {arms}",
    ),
    "credit": Text(
        en="{arm}: what each group is worth, points", ru="{arm}: что даёт каждая группа, п. п."
    ),
}

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
    # The plan.
    "calls": Text(en="{arm}: {least} to {most} calls", ru="{arm}: вызовов {least} – {most}"),
    "at_most_time": Text(en="at most {time}", ru="не дольше {time}"),
    "at_most_usd": Text(en="at most {usd} USD", ru="не дороже ${usd}"),
    "together": Text(
        en="{caps}, for all that the teacher writes here",
        ru="{caps}, на всё, что здесь пишет учитель",
    ),
    "asked": Text(en="{documents}, asked {items} things", ru="{documents}, вопросов к ним {items}"),
    "asked_facts": Text(
        en="one text, {items} items on {facts} facts of it",
        ru="один текст, фактов {facts}, заданий к ним {items}",
    ),
    "asked_at_most": Text(
        en="one text, asked {items} things at most",
        ru="один текст, вопросов к нему не более {items}",
    ),
    "left_out": Text(
        en="{count} more lack a style that races and are left out",
        ru="ещё {count} без нужного стиля не участвуют",
    ),
    "budget": Text(
        en="{students}: {tokens} tokens in {steps} steps each; {rates} rates, then {seeds} seeds "
        "at the best one",
        ru="{students}: каждому токенов {tokens}, шагов {steps}; темпов обучения {rates}, затем "
        "запусков на лучшем {seeds}",
    ),
    "estimated": Text(
        en="an estimate, as the teacher has yet to write",
        ru="это оценка: учитель ещё не писал",
    ),
    "credit_adds": Text(
        en="{students} of these students each learn without one {group}",
        ru="из этих учеников без одной группы ({group}) учатся {students}",
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
        en="{items} test items on {documents} documents; {tokens} tokens, {steps} steps, "
        "{seeds} seeds",
        ru="заданий {items}, документов {documents}; токенов {tokens}, шагов {steps}, "
        "запусков {seeds}",
    ),
    "raced_facts": Text(
        en="{items} test items on {facts} facts of one text; {tokens} tokens, {steps} steps, "
        "{seeds} seeds",
        ru="заданий {items}, фактов одного текста {facts}; токенов {tokens}, шагов {steps}, "
        "запусков {seeds}",
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

"""What a race says in the terminal, in both languages."""

from distillnet.records import Text

RACE = {
    # Names at the left, 10 characters at most.
    "teacher": Text(en="teacher", ru="учитель"),
    "documents": Text(en="documents", ru="документы"),
    "students": Text(en="students", ru="ученики"),
    "time": Text(en="time", ru="время"),
    # The plan.
    "calls": Text(en="{arm}: {least} to {most} calls", ru="{arm}: вызовов {least} – {most}"),
    "at_most_time": Text(en="at most {time}", ru="не дольше {time}"),
    "at_most_usd": Text(en="at most {usd} USD", ru="не дороже ${usd}"),
    "students_later": Text(
        en="{rates} rates for each arm, then {seeds} seeds at the best one; tokens and time are "
        "known once the teacher has written",
        ru="темпов обучения у каждого варианта {rates}, затем запусков на лучшем {seeds}; токены "
        "и время станут известны, когда учитель всё напишет",
    ),
    "asked": Text(en="{documents}, asked {items} things", ru="{documents}, вопросов к ним {items}"),
    "budget": Text(
        en="{students}: {tokens} tokens in {steps} steps each; {rates} rates, then {seeds} seeds "
        "at the best one",
        ru="{students}: каждому токенов {tokens}, шагов {steps}; темпов обучения {rates}, затем "
        "запусков на лучшем {seeds}",
    ),
    "not_trained": Text(en="nothing is trained", ru="не обучается"),
    "measured": Text(
        en="about {time}, as measured here before", ru="около {time}, по прежним измерениям здесь"
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
    "nothing": Text(en="nothing", ru="ничего"),
    "failed": Text(en="failed", ru="не вышло"),
    "failed_why": Text(en="{arm} failed: {error}", ru="не удалось обучить {arm}: {error}"),
    "reference": Text(en="(the reference)", ru="(с ним сравнивают)"),
    "seen": Text(
        en="word for word in what was taught: {arms} of the test items",
        ru="дословно есть в выученном, от всех заданий: {arms}",
    ),
    "credit": Text(
        en="{arm}: what each group is worth, points", ru="{arm}: что даёт каждая группа, п. п."
    ),
}

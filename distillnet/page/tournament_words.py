"""What the page of a tournament says, in both languages."""

from distillnet.records import Text

TOURNAMENT = {
    "page": Text(en="Tournament of ideas", ru="Турнир идей"),
    "title": Text(en="Which text teaches the most?", ru="Какой текст учит лучше всех?"),
    "contents": Text(en="On this page", ru="На этой странице"),
    # the verdict
    "lead": Text(
        en="{name} gained the most on its own test: {mean} points (95% interval {low} to {high})",
        ru="Больше всех прибавил на своём экзамене текст {name}: {mean} п. п. "
        "(95-процентный интервал от {low} до {high})",
    ),
    "apart": Text(
        en="it is told apart from every other",
        ru="он отличим от всех остальных",
    ),
    "tied": Text(
        en="this tournament cannot tell it apart from {names}",
        ru="этот турнир не отличает его от: {names}",
    ),
    "alone": Text(en="there is no other to compare it with", ru="сравнить его не с чем"),
    "proven": Text(
        en="students with a gain that their own test could see: {seen} of {all}",
        ru="учеников, чью прибавку заметил их собственный экзамен: {seen} из {all}",
    ),
    "few": Text(
        en="a test of fewer than five facts speaks for its own items only",
        ru="экзамен менее чем по пяти фактам говорит лишь о своих вопросах",
    ),
    "one_seed": Text(
        en="each text had one training seed, whose luck no interval counts",
        ru="у каждого текста одно обучение, и его случайность в интервалы не входит",
    ),
    # key numbers
    "key_students": Text(en="students", ru="учеников"),
    "key_students_note": Text(en="of {all} texts", ru="из текстов: {all}"),
    "key_tokens": Text(en="tokens learned", ru="выучено токенов"),
    "key_tokens_note": Text(en="by each, in {steps} steps", ru="каждым, за шагов: {steps}"),
    "key_items": Text(en="questions", ru="вопросов"),
    "key_items_note": Text(
        en="on {facts} facts, in all tests", ru="по фактам: {facts}, во всех экзаменах"
    ),
    # sections
    "places": Text(en="Places", ru="Места"),
    "places_note": Text(
        en="By the gain over the untrained base, in percentage points. The ranges of places hold "
        "with 95% confidence for all students at once; those not told apart share them.",
        ru="По прибавке к необученной модели, в процентных пунктах. Границы мест верны с "
        "вероятностью 95% для всех учеников сразу; неотличимые делят их.",
    ),
    "matrix": Text(en="Every student on every test", ru="Каждый ученик на каждом экзамене"),
    "matrix_note": Text(
        en="Points gained over the base. The framed squares are the students' own tests; what was "
        "gained on another's test was not taught by that test's text.",
        ru="Прибавка к исходной модели в п. п. В рамке – собственные экзамены; прибавка на чужом "
        "экзамене получена не от того текста, о котором он спрашивает.",
    ),
    "failed": Text(en="Without a student", ru="Без ученика"),
    "failed_note": Text(
        en="They stand nowhere. The same command tries them again.",
        ru="Мест у них нет. Та же команда попробует их снова.",
    ),
    "making": Text(en="How it was made", ru="Как это сделано"),
    # columns
    "place": Text(en="Place", ru="Место"),
    "text": Text(en="Text", ru="Текст"),
    "base": Text(en="Base", ru="Исходная"),
    "student": Text(en="Student", ru="Ученик"),
    "gain": Text(en="Gain on its own test", ru="Прибавка на своём"),
    "interval": Text(en="95% interval", ru="95-процентный интервал"),
    "everywhere": Text(en="Mean of all tests", ru="В среднем по всем"),
    "not_told_apart": Text(en="Not told apart from", ru="Неотличим от"),
    "nobody": Text(en="–", ru="–"),
    "test_of": Text(en="Student ↓, test of →", ru="Ученик ↓, экзамен по →"),
    "cell": Text(
        en="{student} on the test of {test}: {before} to {after}, {mean} points "
        "(95% interval {low} to {high}), {items} items on {facts} facts",
        ru="{student} на экзамене по {test}: с {before} до {after}, {mean} п. п. "
        "(95-процентный интервал от {low} до {high}), вопросов {items}, фактов {facts}",
    ),
    "axis": Text(
        en="Gain on the own test in points; the line stands at 0",
        ru="Прибавка на своём экзамене в п. п.; черта стоит на 0",
    ),
    "source": Text(en="Source", ru="Источник"),
    "teacher": Text(en="Teacher", ru="Учитель"),
    "rows": Text(en="Rows", ru="Строк"),
    "readings": Text(en="Readings", ru="Прочтений"),
    "seconds": Text(en="Seconds", ru="Секунд"),
    "base_model": Text(en="Base: {name}", ru="Исходная модель: {name}"),
}

"""What a tournament says in the terminal, in both languages."""

from distillnet.records import Text

TOURNAMENT = {
    "held": Text(
        en="{students} of {tokens} in {steps} each; gains in points",
        ru="{students}, у каждого {tokens}, {steps}; прибавки в п. п.",
    ),
    # Counts; see ``Phrases.counted``.
    "students": Text(en="{n} student|{n} students", ru="{n} ученик|{n} ученика|{n} учеников"),
    "tokens": Text(en="{n} token|{n} tokens", ru="{n} токен|{n} токена|{n} токенов"),
    "steps": Text(en="{n} step|{n} steps", ru="{n} шаг|{n} шага|{n} шагов"),
    # Heads of columns; none is wider than its column.
    "place": Text(en="place", ru="место"),
    "text": Text(en="text", ru="текст"),
    "own": Text(en="own test", ru="свой экзамен"),
    "gain": Text(en="gain, 95%", ru="прибавка, 95 %"),
    "all": Text(en="all tests", ru="по всем"),
    "student": Text(en="student", ru="ученик"),
    # 10 characters, as the rows' names go on under them.
    "on_test": Text(en="on test of", ru="экзамен по"),
    "failed": Text(en="no student of {name}: {error}", ru="нет ученика у {name}: {error}"),
    "files": Text(en="files", ru="файлы"),
    "open": Text(en="open {file}", ru="откройте {file}"),
}

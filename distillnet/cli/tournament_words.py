"""What a tournament says in the terminal, in both languages."""

from distillnet.records import Text

TOURNAMENT = {
    "held": Text(
        en="{students} students of {tokens} tokens in {steps} steps each; gains in points",
        ru="учеников {students}, у каждого токенов {tokens}, шагов {steps}; прибавки в п. п.",
    ),
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

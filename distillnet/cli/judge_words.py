"""What a judging says in the terminal, in both languages."""

from distillnet.records import Text

JUDGE = {
    # Names at the left, 10 characters at most.
    "compare": Text(en="compare", ru="сравнение"),
    "requests": Text(en="requests", ru="просьбы"),
    "scenes": Text(en="scenes", ru="сцены"),
    "in_all": Text(en="in all", ru="всего"),
    "warning": Text(en="warning", ru="внимание"),
    "paid": Text(en="paid", ru="оплачено"),
    # Counts; see ``Phrases.counted``.
    "facts": Text(en="{n} fact|{n} facts", ru="{n} факту|{n} фактам|{n} фактам"),
    "lenses": Text(en="{n} lens|{n} lenses", ru="{n} линзу|{n} линзы|{n} линз"),
    "answers": Text(en="{n} answer|{n} answers", ru="{n} ответ|{n} ответа|{n} ответов"),
    "calls": Text(en="{n} call|{n} calls", ru="{n} вызов|{n} вызова|{n} вызовов"),
    "asked": Text(en="{n} request|{n} requests", ru="{n} просьба|{n} просьбы|{n} просьб"),
    "sent": Text(en="{n} request|{n} requests", ru="{n} запрос|{n} запроса|{n} запросов"),
    # The plan.
    "open": Text(
        en="{requests} on {facts}, asked through {lenses} that no scene was written by; {answers} "
        "to be generated here",
        ru="{requests} по {facts}, через {lenses}, каких нет ни у одной сцены; сделать здесь: "
        "{answers}",
    ),
    "told_apart": Text(
        en="{scenes} to be told apart, of {lenses}",
        ru="{scenes}; по ним судьи различают {lenses}",
    ),
    "none_told": Text(
        en="fewer than two lenses have one, so none is told apart",
        ru="они есть менее чем у двух линз, и различать нечего",
    ),
    "usd": Text(en="{usd} USD", ru="{usd} долл."),
    "free": Text(en="free", ru="бесплатно"),
    "no_price": Text(en="price unknown", ru="цена неизвестна"),
    "total": Text(en="{calls}, before retries", ru="{calls}, не считая повторных"),
    "total_usd": Text(
        en="{calls}, at most {usd}, before retries",
        ru="{calls}, не дороже {usd}, не считая повторных",
    ),
    # Heads of columns; none is wider than its column.
    "judge": Text(en="judge", ru="судья"),
    "to_call": Text(en="calls", ru="вызовов"),
    "kept": Text(en="answered before", ru="уже отвечено"),
    "at_most": Text(en="at most", ru="не дороже"),
    "tie": Text(en="tie", ru="ничья"),
    "unanswered": Text(en="no answer", ru="без ответа"),
    "alike": Text(en="both orders alike", ru="порядок не важен"),
    "together": Text(en="together", ru="вместе"),
    "which": Text(en="which lens is it?", ru="какая это линза?"),
    "told": Text(en="scenes", ru="сцен"),
    "right": Text(en="right, 95%", ru="верно, 95 %"),
    "chance": Text(en="chance", ru="наугад"),
    "unread": Text(en="unread", ru="неясно"),
    # The result.
    "looping": Text(
        en="going in circles: {a} of a's {of}, {b} of b's",
        ru="повторяют сами себя: у a {a}, у b {b} (всего {of})",
    ),
    "taken_for": Text(en="{lens} was taken for {other}: {n}", ru="{lens} принята за {other}: {n}"),
    "verdict": Text(
        en="a wins {a} and b {b} of {asked} on {facts}, {points}, p {p}: {seen}",
        ru="побед у a {a}, у b {b}; всего {asked} по {facts}, {points}, p {p}: {seen}",
    ),
    "points": Text(en="{mean} points [{low}, {high}]", ru="{mean} п. п. [{low}; {high}]"),
    "prefer": Text(en="the judges prefer {side}", ru="судьи предпочитают {side}"),
    "prefer_here": Text(
        en="the judges prefer {side}, on these requests: fewer than five facts say nothing of "
        "others",
        ru="судьи предпочитают {side} на этих просьбах: менее пяти фактов ничего не говорят о "
        "других",
    ),
    "unjudged": Text(
        en="no request was answered by two judges, so nothing is said of a and b",
        ru="ни на одну просьбу не ответили двое судей, и об a и b не сказано ничего",
    ),
    "too_few": Text(
        en="no difference; so few requests can show none",
        ru="разницы нет; при столь малом числе просьб её и не увидеть",
    ),
    "unseen": Text(
        en="no difference; {points} points could have been seen",
        ru="разницы нет; заметной была бы разница в {points} п. п.",
    ),
    "so_far": Text(en="{sent} so far, {usd}", ru="до сих пор {sent}, {usd}"),
    "unpriced": Text(en="at an unknown price", ru="цена неизвестна"),
}

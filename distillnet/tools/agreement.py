"""Which form a Russian noun has after a number."""


def russian_form(number: int) -> int:
    """0 as after 1 (день), 1 as after 2 (дня), 2 as after 5 (дней)."""
    tens, ones = divmod(number % 100, 10)
    if tens == 1 or not 1 <= ones <= 4:
        return 2
    return 0 if ones == 1 else 1

"""How long something takes, in words."""

from distillnet.cli.plan_words import words


def duration(seconds: float, language: str = "en") -> str:
    """Such as ``1 h 5 min``, ``3 min 4 s`` or ``5 s``, to the nearest second."""
    said = words(language)
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    if hours:
        h = f"{hours:,}"
        return said["hours"].format(h=h.replace(",", " ") if language == "ru" else h, m=m)
    return said["minutes"].format(m=m, s=s) if m else said["seconds"].format(s=s)

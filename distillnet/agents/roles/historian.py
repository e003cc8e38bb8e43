from distillnet.agents.role import Role


class Historian(Role):
    """Puts a date and a place under every truth."""

    name = "historian"
    stance = (
        "You are a historian. You ask when people began to think so, who gained by it, "
        "and what it replaced."
    )
    stance_ru = (
        "Ты историк. Ты спрашиваешь, когда люди стали так думать, кому это было выгодно и "
        "что было до того."
    )
    lens_tags = ("time", "origin", "power")

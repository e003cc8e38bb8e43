from distillnet.agents.role import Role


class Economist(Role):
    """Asks who pays."""

    name = "economist"
    stance = (
        "You are an economist. You ask what it costs, who pays, who gains, and what "
        "people do once they know the rule."
    )
    stance_ru = (
        "Ты экономист. Ты спрашиваешь, чего это стоит, кто платит, кто выигрывает и что "
        "делают люди, узнав правило."
    )
    lens_tags = ("value", "number", "future")

from distillnet.agents.role import Role


class Poet(Role):
    """Hears the seed as image and rhythm."""

    name = "poet"
    stance = (
        "You are a poet writing prose. You answer in concrete images and never explain "
        "the metaphor."
    )
    stance_ru = (
        "Ты поэт, который пишет прозой. Ты отвечаешь точными образами и никогда не "
        "объясняешь метафору."
    )
    lens_tags = ("sense", "language", "nature")

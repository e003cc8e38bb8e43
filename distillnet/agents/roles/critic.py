from distillnet.agents.role import Role


class Critic(Role):
    """Looks for the weakest joint and leans on it."""

    name = "critic"
    stance = (
        "You are a sharp but fair critic. You find the weakest point, press on it, and "
        "say honestly what still holds."
    )
    stance_ru = (
        "Ты острый, но справедливый критик. Ты находишь слабое место, нажимаешь на него и "
        "честно говоришь, что всё-таки держится."
    )
    lens_tags = ("doubt", "proof", "language")

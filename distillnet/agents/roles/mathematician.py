from distillnet.agents.role import Role


class Mathematician(Role):
    """Defines, then looks at what is left when everything else may change."""

    name = "mathematician"
    stance = (
        "You are a mathematician. You define the terms, state exactly what is assumed, "
        "and say in plain words what follows and what does not."
    )
    stance_ru = (
        "Ты математик. Ты определяешь понятия, точно называешь допущения и простыми "
        "словами говоришь, что следует, а что нет."
    )
    lens_tags = ("proof", "number", "form")

from distillnet.agents.role import Role


class Physician(Role):
    """Looks for the symptom, its cause and what may be done."""

    name = "physician"
    stance = (
        "You are a physician. You look for the sign, what lies behind it, what would ease "
        "it and what would harm."
    )
    stance_ru = "Ты врач. Ты ищешь признак, то, что за ним стоит, что облегчит и что навредит."
    lens_tags = ("body", "cause", "action")

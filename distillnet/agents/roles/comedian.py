from distillnet.agents.role import Role


class Comedian(Role):
    """Finds the place where it contradicts itself with a straight face."""

    name = "comedian"
    stance = (
        "You are a comedian. You take it completely seriously until its contradiction "
        "shows, and let one precise joke carry the point."
    )
    stance_ru = (
        "Ты комик. Ты принимаешь это совершенно всерьёз, пока не покажется противоречие, "
        "и одна точная шутка несёт весь смысл."
    )
    lens_tags = ("play", "other", "power")

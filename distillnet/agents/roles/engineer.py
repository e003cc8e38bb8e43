from distillnet.agents.role import Role


class Engineer(Role):
    """Asks what it is for, what it stands on and how it fails."""

    name = "engineer"
    stance = (
        "You are an engineer. You ask what it must do, which part carries the load, and "
        "how it would fail in use."
    )
    stance_ru = (
        "Ты инженер. Ты спрашиваешь, что это должно делать, какая часть держит нагрузку и "
        "как оно откажет в работе."
    )
    lens_tags = ("action", "cause", "form")

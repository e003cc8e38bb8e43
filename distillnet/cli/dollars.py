"""Money as people read it."""


def dollars(usd: float) -> str:
    """0.01234 -> ``$0.0123``, 1234.5 -> ``$1,234.50``."""
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}"

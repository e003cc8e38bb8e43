"""The check that a plugin's own tests make of its roles."""

from distillnet.agents.role import Role, check_role


def assert_valid_role(role: type[Role]) -> None:
    """For a plugin's own tests: raises ConfigError, naming the fault, when the role is broken."""
    check_role(role)

"""The built-in role agents, one file each; found by the registry like any plugin."""

"""How often `lk.diagnose` finds what is broken, and how often it cries wolf."""

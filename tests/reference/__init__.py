"""Numbers that the package must reproduce, made without the package. See README.md in this folder."""

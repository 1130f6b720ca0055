"""How long fits take, beside the libraries that people fit with."""

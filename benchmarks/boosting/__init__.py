"""Boosting with a noise, beside the libraries that boost with one."""

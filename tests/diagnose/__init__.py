"""Tests of lk.diagnose and lk.suggest."""

"""Tests of lk.fit."""

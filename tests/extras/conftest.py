"""Tests that need a framework: `make test-extras` installs them all; the core suite never enters this folder.

Every framework of the `extras` group must import here: a missing one is a failure, not a skipped test.
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "jax")  # Keras reads it once, when it is imported, and would look for TensorFlow

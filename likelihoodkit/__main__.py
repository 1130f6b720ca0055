"""``python -m likelihoodkit`` is the command line."""

import sys

from likelihoodkit.cli import main

sys.exit(main())

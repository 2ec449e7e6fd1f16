"""Lets `python -m bench.viewer` run the measurements of the viewer."""

import sys

from bench.viewer.cli import main

sys.exit(main())

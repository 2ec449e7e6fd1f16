"""Lets `python -m bench` run the measurements."""

import sys

from bench.cli import main

sys.exit(main())

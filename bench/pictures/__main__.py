"""Lets `python -m bench.pictures` run the measurements of rendering."""

import sys

from bench.pictures.cli import main

sys.exit(main())

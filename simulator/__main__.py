"""`python -m simulator` is `lightbox-sim`."""

import sys

from simulator.cli import main

sys.exit(main())

"""`python -m server` is `lightbox`."""

import sys

from server.cli import main

sys.exit(main())

"""`python -m scantrail.cli`."""

import sys

from scantrail.cli import main

sys.exit(main())

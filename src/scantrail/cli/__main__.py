"""`python -m scantrail.cli`."""

import sys

from scantrail.cli.main import main

sys.exit(main())

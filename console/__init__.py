"""The command line, and the only place that builds concrete things."""

import gc

gc.set_threshold(50_000)  # a start makes a hundred thousand objects and no garbage

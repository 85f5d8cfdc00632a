"""How slow this machine is just now, so that a limit in seconds is one of the work and not of who works beside it."""

import json
import time

# What `_piece` takes on a quiet machine of 2024.
QUIET_SECONDS = 0.17
# As many objects as a page has to do with: a neighbour may leave us the processor and take the memory's time.
ROWS = 40_000


def slowness() -> float:
    """How many times longer a piece of work takes now than on a quiet machine; at least 1."""
    return max(1.0, min(_piece() for _ in range(3)) / QUIET_SECONDS)


def _piece() -> float:
    began = time.process_time()
    rows = [{"place": place, "words": ["a", "b", str(place)]} for place in range(ROWS)]
    json.loads(json.dumps(rows, indent=1))
    return time.process_time() - began

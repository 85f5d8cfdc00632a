"""A proposed mapping, and its text."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from segmentation.common.quoting import cut
from segmentation.sources.preview.sample import Sample

# What stands in place of a value that a person has to choose. No run accepts it.
CHOOSE = "CHOOSE"


@dataclass
class Proposal:
    """A mapping to begin with. keys: as a file has them. open: key -> what has to be chosen, and from what.

    doubts: what was taken, and a person should look at.
    """

    keys: dict[str, Any] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The mapping as YAML."""
        lines = ["# Proposed by `make preview` from the headers and cells of the files. Look at it before you use it."]
        lines += [f"# {cut(doubt, 500)}" for doubt in self.doubts]
        for key, value in self.keys.items():
            if key in self.open:
                lines.append(f"# Choose: {cut(self.open[key], 500)}")
            # A mapping in one line is one in braces.
            dumped = yaml.safe_dump(
                {key: value}, allow_unicode=True, sort_keys=False, width=1e9, default_flow_style=True
            )
            lines.append(dumped.strip()[1:-1])
        return "\n".join(lines) + "\n"


def as_key(sample: Sample, name: Any) -> Any:
    """A column as a mapping names it: by its number where there is no header."""
    if isinstance(name, list):
        return [as_key(sample, one) for one in name]
    return name if sample.header else int(name)

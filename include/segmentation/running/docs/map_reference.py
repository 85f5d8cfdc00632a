"""The page of docs/reference about segment maps: each map as a picture and a table, and how to write one."""

import re
from itertools import takewhile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from segmentation.common.formatting import clean
from segmentation.common.paths import PROJECT, TEMPLATES
from segmentation.config.param_values import LONGEST
from segmentation.config.segment_maps import form, load_map, map_bins, map_path, parse_map
from segmentation.config.settings import FIELDS, segment_map_names
from segmentation.stages.charts.map_pictures import in_words, picture

PAGE = PROJECT / "docs" / "reference" / "segment-maps.md"
IMAGES = PROJECT / "docs" / "images"
EXAMPLE_BINS = 3
EXAMPLE = """\
# Three scores of each metric, three segments, and one for the rest.
bins: 3
overlaps: first_wins
segments:
  - name: Regulars
    group: High value
    meaning: Bought lately, and not only once.
    action: Keep them close, and show what is new.
    rules:
      - {recency: 3, frequency: [2, 3]}
  - name: Newcomers
    group: New
    meaning: Bought lately and seldom.
    action: Welcome them, and suggest a second purchase.
    rules:
      - {recency: 3}
  - name: Worth a Letter
    group: At risk
    meaning: Bought often or spent much, but not lately.
    action: Write personally, and give a reason to come back.
    rules:
      - {recency: [1, 2], frequency: 3}
      - {recency: [1, 2], monetary: 3}
others:
  name: Quiet
  group: Churned
  meaning: Not here lately, and neither often nor for much before.
  action: Include in cheap, broad campaigns only.
"""


def pages() -> dict[Path, str]:
    """The page and its pictures: path -> text. Raises UserError if a map is faulty."""
    usual = FIELDS["segment_map"]["default"]
    names = sorted(segment_map_names(), key=lambda name: (name != usual, name))
    example = parse_map(EXAMPLE, "of the example", EXAMPLE_BINS)
    files, maps = {IMAGES / "example-segment-map.svg": picture(example, EXAMPLE_BINS)}, []
    for name in names:
        bins = map_bins(name)
        segments = load_map(name, bins)
        files[IMAGES / f"segment-map-{name}.svg"] = picture(segments, bins)
        comment = _comment(map_path(name))
        maps.append({"name": name, "comment": comment, "words": in_words(segments), "segments": segments})
    text = template("segment_maps.md.j2").render(
        maps=maps,
        usual=usual,
        other=next((name for name in names if name != usual and map_bins(name) == map_bins(usual)), usual),
        most_characters=f"{LONGEST:,}",
        example=EXAMPLE,
        example_words=in_words(example),
        usual_bins=form.USUAL_BINS,
        fewest_bins=form.FEWEST_BINS,
        most_bins=form.MOST_BINS,
        longest_name=form.LONGEST_NAME,
    )
    return {PAGE: text, **files}


def template(name: str) -> Template:
    """The template of a page of the docs."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "docs"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["plain"] = _plain
    return environment.get_template(name)


def _comment(path: Path) -> str:
    """The comment at the head of a map says what the map is for."""
    lines = takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8-sig").splitlines())
    return " ".join(line.lstrip("# ") for line in lines)


def _plain(text: str) -> str:
    """A text of a map that shows as it is, whatever signs of Markdown are in it."""
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", clean(text))

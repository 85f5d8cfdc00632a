"""JSON schemas of the YAML files that people write, so that editors complete and check shops, mappings and maps.

They follow from what the readers of these files check with: the params of `Settings`, the keys of mappings and maps.
A schema cannot say all that a reader can, so it refuses nothing that the reader takes; the reader has the last word.
"""

import json
from typing import Any

from segmentation.common.errors import UserError
from segmentation.config.param_values import typed_value
from segmentation.config.segment_maps import claim_words, claims, form
from segmentation.config.settings import FIELDS
from segmentation.config.shops.files import KEYS, LONGEST_WORD, MOST_TAGS, PRESETS, SCHEDULES
from segmentation.config.shops.names import LONGEST_TITLE
from segmentation.config.shops.targets import ALL, LARGEST_BATCH, MOST
from segmentation.sources import orders_mapping

DRAFT = "https://json-schema.org/draft/2020-12/schema"
# What a param may be written as besides its own kind, where it is taken: 3 for the text "3".
ALSO = {"integer": 3, "number": 2.5, "boolean": True}
KINDS = {"date": "string"}
TEXT = {"type": "string", "minLength": 1}
SCORE = {"type": ["integer", "string"]}
NAMED = {"anyOf": [TEXT, {"type": "integer", "minimum": 1}]}
SEVERAL = {"anyOf": [{"type": ["string", "integer"]}, {"type": "array", "items": {"type": ["string", "integer"]}}]}
FILTERS = {"type": "object", "additionalProperties": SEVERAL}
FLAG = {"type": "boolean"}
# What each key of a mapping says; the values of those that name no column.
MAPPING = {
    "preset": ("A preset whose keys stand below these.", {"enum": orders_mapping.preset_names()}),
    "customer": ("The column with the customer's id.", NAMED),
    "time": ("The column with the day or time of the order, or up to three that are joined.", SEVERAL),
    "amount": ("The column with what was paid for the line.", NAMED),
    "quantity": ("The column with the number of pieces; with unit_price instead of amount.", NAMED),
    "unit_price": ("The column with the price of one.", NAMED),
    "order": ("The column with the order's id.", NAMED),
    "product": ("The column with the product's id.", NAMED),
    "product_name": ("The column with the product's name.", NAMED),
    "category": ("The column with the product's category.", NAMED),
    "refunded": ("The column with what was given back.", NAMED),
    "currency_column": ("The column with the currency.", NAMED),
    "zone": ("The column with the time zone of the time.", NAMED),
    "last_order": ("level: customer: the column with the last order's day, or up to three.", SEVERAL),
    "orders": ("level: customer: the column with the number of orders.", NAMED),
    "increment": ("database: the column by whose months a refresh fetches what is new.", NAMED),
    "level": ("What a row is.", {"enum": ["order", "customer"]}),
    "order_level": ("Columns that say something of the whole order, not of the line.", SEVERAL),
    "only": ("Count only lines with these values: {Status: [paid]}.", FILTERS),
    "except": ("Leave out lines with these values: {Status: [cancelled]}.", FILTERS),
    "returns": (
        "How returns are told from orders, and whether they are subtracted.",
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "negative": FLAG,
                "order_prefix": {"type": ["string", "null"]},
                "where": FILTERS,
                "do": {"enum": ["ignore", "subtract"]},
            },
        },
    ),
    "free_orders": ("Whether orders of nothing count.", {"enum": ["ignore", "count"]}),
    "drop_equal_lines": ("Whether lines that are equal in every column count once.", FLAG),
    "empty": ("Cells that stand for nothing, such as N/A.", SEVERAL),
    "normalise_ids": ("Whether ids are the same whatever their letter case.", FLAG),
    "whole_number_ids": ("Whether ids such as 17001.0 are whole numbers.", FLAG),
    "currency": ("The currency of all amounts, such as EUR.", {"type": "string", "maxLength": 8}),
    "decimal": ("The decimal mark.", {"enum": [".", ","]}),
    "minor_units": ("How many decimals amounts in cents have; true: 2.", {"type": ["integer", "boolean"]}),
    "time_zone": ("The shop's zone, which decides days: Europe/Berlin.", TEXT),
    "times_in": ("The zone of times that name none, if it is another.", TEXT),
    "time_format": ("How times are written, if that is not found.", TEXT),
    "zone_names": ("What spellings of zones mean: {CET: '+01:00'}.",
                   {"type": "object", "additionalProperties": TEXT}),
    "delimiter": ("What stands between cells, if that is not found.", {"type": "string", "maxLength": 1}),
    "encoding": ("How the file is encoded, such as windows-1252.", TEXT),
    "header": ("Whether the first row names the columns.", FLAG),
}  # fmt: skip


def _object(title: str, properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {"title": title, "type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": list(required)} if required else {})


def shop() -> dict[str, Any]:
    """Of the file of a shop."""
    lists = {"anyOf": [{"enum": list(ALL)}, {"type": "array", "items": TEXT, "minItems": 1}]}
    batch = {"type": "integer", "minimum": 1, "maximum": LARGEST_BATCH}
    kinds: dict[str, Any] = {"table": {}, "files": {}, "webhook": {"lists": lists, "batch": batch}}
    targets = [
        _object(f"Deliver to {name}", {name: TEXT, "connection": TEXT, **more}, (name,)) for name, more in kinds.items()
    ]
    words = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    described: dict[str, Any] = {
        "title": {"description": "What people read.", "type": "string", "minLength": 1, "maxLength": LONGEST_TITLE},
        "schedule": {"description": f"When it refreshes: {SCHEDULES}.",
                     "anyOf": [{"enum": [*PRESETS, "none", None]}, {"type": "string", "pattern": r"^\S+( +\S+){4}$"}]},
        "start": {"description": "The first day from which months are due.", "type": "string", "format": "date"},
        "owner": {"description": "Whom Airflow names.", **words},
        "tags": {"description": "For Airflow's list.", "type": "array", "items": words, "maxItems": MOST_TAGS},
        "params": {"description": "The params of its runs.", **_object("Params", params())},
        "deliver": {"description": "Where its releases are brought.",
                    "anyOf": [*targets, {"type": "array", "items": {"anyOf": targets}, "maxItems": MOST}]},
    }  # fmt: skip
    return {"$schema": DRAFT, **_object("A shop", {key: described[key] for key in KEYS}, ("params",))}


def params() -> dict[str, Any]:
    """Of each param of a run that a shop's file may set."""
    return {name: _param(name) for name in FIELDS if name not in ("shop", "trial")}


def _param(name: str) -> dict[str, Any]:
    meta = FIELDS[name]
    kind = meta["type"].rstrip("?")
    kinds = [KINDS.get(kind, kind), *(["null"] if meta["type"].endswith("?") else [])]
    kinds += [other for other, value in ALSO.items() if other not in kinds and _takes(name, value)]
    found: dict[str, Any] = {"description": meta["help"], "type": kinds}
    for word in ("minimum", "maximum", "items", "examples"):
        if word in meta:
            found[word] = meta[word]
    if "enum" in meta:
        found["enum"] = [*meta["enum"], *([None] if "null" in kinds else [])]
    return found


def _takes(name: str, value: Any) -> bool:
    try:
        typed_value(name, FIELDS[name], value)
    except UserError:
        return False
    return True


def mapping() -> dict[str, Any]:
    """Of the mapping of order files. A key that is null is as if it were not there."""
    properties = {}
    for key in orders_mapping.KEYS:
        text, values = MAPPING[key]
        properties[key] = {"description": text, "anyOf": [values, {"type": "null"}]}
    return {"$schema": DRAFT, **_object("A mapping of order files", properties)}


def segment_map() -> dict[str, Any]:
    """Of a segment map."""
    conditions = _object("Conditions", {key: {"type": ["number", "string"]} for key in claims.CONDITIONS})
    ways = {"anyOf": [conditions, {"type": "array", "items": conditions, "minItems": 1, "maxItems": claims.MOST_WAYS}]}
    kinds = {
        kind: ways if kind in ("every", "none", "share_of", "spend_of") else {"enum": list(claim_words.MEASURES)}
        for kind in claim_words.KINDS
    }
    sides = {side: {"type": ["number", "string"]} for side in claims.SIDES}
    claimed = {
        "type": "array",
        "items": _object("A claim", kinds | sides),
        "minItems": 1,
        "maxItems": claims.MOST_CLAIMS,
    }
    score = {"anyOf": [SCORE, {"type": "array", "items": SCORE, "minItems": 2, "maxItems": 2}]}
    texts = {key: TEXT for key in (*form.TEXTS, form.LOW_SPEND_ACTION)}
    texts |= {key: {**TEXT, "maxLength": form.LONGEST_NAME} for key in ("name", "group")}
    asks = {
        "cells": {"description": "Cells such as 543: recency, frequency, monetary.", "type": "array", "items": SCORE},
        "rules": {"description": "Ranges of scores; a customer has to fit one rule.", "type": "array",
                  "items": _object("A rule", dict.fromkeys(form.METRICS, score))},
        "claims": {"description": "What its name claims of its customers; each month checks it.", **claimed},
    }  # fmt: skip
    segments = {"type": "array", "items": _object("A segment", texts | asks, form.TEXTS), "minItems": 1}
    properties = {
        "bins": {"description": f"How many scores each metric has, {form.FEWEST_BINS} to {form.MOST_BINS}.", **SCORE},
        "overlaps": {"description": "What becomes of cells that two segments ask for.", "enum": list(form.OVERLAPS)},
        "segments": segments,
        "others": _object("Who is in no other segment", texts | {"claims": claimed}, form.TEXTS),
    }
    return {"$schema": DRAFT, **_object("A segment map", {key: properties[key] for key in form.TOP}, ("segments",))}


def files() -> dict[str, str]:
    """The schemas by the names of their files."""
    made = {"shop": shop(), "orders_mapping": mapping(), "segment_map": segment_map()}
    return {f"{name}.schema.json": json.dumps(one, indent=1, ensure_ascii=False) + "\n" for name, one in made.items()}

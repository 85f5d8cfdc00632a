"""Small published months, made by hand: what each test's figures follow from."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.pages.whose import Owner
from segmentation.planning.datasets import STAGE_OF
from segmentation.warehouse import releases
from segmentation.warehouse.manifests import Manifest, data_files, describe_files
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse

GROUPS = {"Champions": "High value", "Promising": "New", "At Risk": "At risk", "Lost": "Churned"}
# What each customer spends, so that sums are easy to do by hand.
SPEND = {"Champions": Decimal("100.00"), "Promising": Decimal("10.00"), "At Risk": Decimal("20.00")}
REPORT_HTML = "<!doctype html><html><body><h1>A report</h1></body></html>"
JULY, AUGUST, SEPTEMBER = date(2023, 7, 1), date(2023, 8, 1), date(2023, 9, 1)


class Shop:
    """Publishes months into a warehouse. Versions are counted up, so each call makes a new one."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.made = 0
        self.source = self.publish("source", None, {"raw.jsonl": "{}"}, settings={"source": "files", "commit": "abc"})

    def publish(
        self,
        dataset: str,
        as_of: date | None,
        files: Mapping[str, "str | pa.Table"],
        inputs: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | None = None,
        rows: Mapping[str, int] | None = None,
        version: str | None = None,
    ) -> Manifest:
        """Publish a version of texts and tables."""
        self.made += 1
        version = version or f"{self.made:012x}"
        attempt = self.warehouse.attempt(dataset, version, as_of)
        for name, content in files.items():
            path = attempt.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                path.write_text(content, encoding="utf-8")
            else:
                pq.write_table(content, path)
        described = describe_files(attempt.folder, data_files(attempt.folder))
        for name, count in (rows or {}).items():
            described[name]["rows"] = count
        manifest = Manifest(
            dataset=dataset,
            version=version,
            as_of=as_of.isoformat() if as_of else None,
            created_at=f"2026-01-01T00:{self.made % 60:02d}:00+00:00",
            rows=sum(entry.get("rows", 0) for entry in described.values()),
            bytes=sum(entry["bytes"] for entry in described.values()),
            columns={},
            files=described,
            inputs=dict(inputs or {}),
            settings=dict(settings or {}),
            code={},
            run_id=f"run-{self.made}",
        )
        return self.warehouse.publish(attempt, manifest)

    def month(
        self,
        as_of: date,
        segments: Mapping[str, str],
        category: str | None = "Electronics",
        source: Manifest | None = None,
        released: bool = True,
        inputs: Mapping[str, str] | None = None,
        **settings: object,
    ) -> Manifest:
        """A month's report with the tables it rests on. `segments`: customer -> segment."""
        source = source or self.source
        rfm = self.publish("customer_rfm", as_of, {"part-0.parquet": customers(segments)}, {"source": source.version})
        summary = self.publish("segment_summary", as_of, {"part-0.parquet": summary_of(segments)}, rfm_input(rfm))
        report = self.publish(
            "report",
            as_of,
            {"report.html": REPORT_HTML, "insights.txt": "All is well.", "charts/moves.svg": "<svg/>"},
            {"segment_summary": summary.version, **rfm_input(rfm), **(inputs or {})},
            {
                "as_of": as_of.isoformat(),
                "source": source.settings["source"],
                "segment_map": "abc",
                **({"category": category} if category else {}),
                **settings,
            },
        )
        if released:
            self.release(report, title=category.replace("_", " ") if category else "Own orders", inputs=inputs)
        return report

    def draft(
        self,
        report: Manifest,
        title: str = "Electronics",
        name: str | None = None,
        dag_id: str = "",
        inputs: Mapping[str, str] | None = None,
    ) -> Release:
        """What a run that ends with this report releases."""
        wanted = {**report.inputs, **(inputs or {})}
        rfm = self.warehouse.find("customer_rfm", report.inputs["customer_rfm"], report.as_of_date)
        below = rfm.inputs if rfm else {}
        named = {label: one for label, one in {**wanted, **below}.items() if label in STAGE_OF}
        return Release(
            shop=name or shop_named(title),
            title=title,
            as_of=report.as_of or "",
            number=0,
            versions={"report": report.version, **named},
            run_id=report.run_id,
            dag_id=dag_id,
            params={"source": report.settings["source"]},
            released_at=report.created_at,
        )

    def release(self, report: Manifest, **named: Any) -> Release:
        """Make a report the current one of its shop."""
        return releases.create(self.warehouse, self.draft(report, **named))

    def file(self, manifest: Manifest, name: str) -> Path:
        """Where a file of a version lies."""
        return self.warehouse.place_of(manifest) / name

    def input(self, manifest: Manifest, dataset: str) -> Manifest:
        """What a report was made from, of its own month."""
        return self.warehouse.get(dataset, manifest.inputs[dataset], manifest.as_of_date)


def shop_named(title: str) -> str:
    """A shop's name for a title, whatever it holds."""
    return "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in title.lower()).split())[:40].strip("_")


def owner_of(report: Manifest) -> Owner:
    """Whose a month is."""
    title = str(report.settings.get("category", "Own orders")).replace("_", " ")
    return Owner(shop_named(title), title)


def rfm_input(rfm: Manifest) -> dict[str, str]:
    return {"customer_rfm": rfm.version}


def customers(segments: Mapping[str, str]) -> pa.Table:
    return pa.table({"user_id": list(segments), "segment": list(segments.values())})


def summary_of(segments: Mapping[str, str]) -> pa.Table:
    names = [*GROUPS, *sorted(set(segments.values()) - set(GROUPS))]
    counted = [list(segments.values()).count(name) for name in names]
    spend = [count * SPEND.get(name, Decimal("1.00")) for name, count in zip(names, counted, strict=True)]
    return pa.table(
        {
            "segment": names,
            "segment_group": [GROUPS.get(name, "Others") for name in names],
            "customers": pa.array(counted, pa.int64()),
            "total_monetary": pa.array(spend, pa.decimal128(18, 2)),
        }
    )


def many(count: int, segment: str = "Champions", prefix: str = "c") -> dict[str, str]:
    """So many customers of one segment."""
    return {f"{prefix}{number}": segment for number in range(count)}


def address(report: Manifest) -> str:
    """The address of a report's page, as release 0.1 gave it: without a shop."""
    return f"/reports/{report.as_of}/{report.version}"


def key(report: Manifest, shop: str = "electronics") -> str:
    """What names a report in the form."""
    return f"{shop}.{report.as_of}.{report.version}"


def counting(monkeypatch, module: object, name: str) -> list[tuple]:
    """The calls of a function from now on."""
    calls: list[tuple] = []
    real: Callable = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *args, **named: calls.append(args) or real(*args, **named))
    return calls

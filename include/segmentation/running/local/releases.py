"""`make releases` and `make release`: list a shop's releases, bring an earlier one back."""

import os
from datetime import date, datetime

from segmentation.common.errors import UserError
from segmentation.common.formatting import money
from segmentation.common.terminal import bold, dim
from segmentation.config.shops import files
from segmentation.running.deliver import records
from segmentation.running.local.warehouse import asked_shop, day_of, the_warehouse
from segmentation.warehouse import releases, releasing
from segmentation.warehouse.release_file import DamagedRelease, Release
from segmentation.warehouse.versions import Warehouse


def show_releases() -> None:
    """List the releases of a shop, the newest month first. Variables: SHOP, AS_OF for one month only.

    Without SHOP, where there are several, the shops are listed.
    """
    warehouse = the_warehouse()
    names = releases.shops(warehouse)
    if not os.environ.get("SHOP") and len(names) != 1 and names:
        for name in names:
            _show_shop(warehouse, name)
        print(dim("SHOP=<name> lists the releases of one."))
        return
    shop = asked_shop(warehouse)
    months = [day_of("AS_OF")] if os.environ.get("AS_OF") else releases.months(warehouse, shop)[::-1]
    for as_of in months:
        _show_month(warehouse, shop, as_of)


def _show_shop(warehouse: Warehouse, name: str) -> None:
    months = releases.months(warehouse, name)
    if months:
        print(f"{bold(name)}  {len(months)} months, {months[0]} to {months[-1]}")


def _show_month(warehouse: Warehouse, shop: str, as_of: date) -> None:
    numbers = releases.numbers(warehouse, shop, as_of)
    if not numbers:
        raise UserError(f"AS_OF: shop {shop} has no release as of {as_of}.")
    print(bold(f"{shop} as of {as_of}"))
    for number in reversed(numbers):
        try:
            found = releases.find(warehouse, shop, as_of, number)
        except DamagedRelease as error:
            print(f"  {number:>4}  damaged: {error}")
            continue
        if found:
            print(_line(found, number == numbers[-1]))
            for one in records.all_of(warehouse, found):
                print(dim(f"        {one.words}"))


def _line(one: Release, is_current: bool) -> str:
    figures = one.figures
    told = f"{figures['customers']:,} customers, {money_of(figures)}" if figures else ""
    when = f"{datetime.fromisoformat(one.released_at):%Y-%m-%d %H:%M} UTC"
    words = [f"  {one.number:>4}", when, f"report {one.versions.get('report', 'none')}", told, one.note or one.run_id]
    return "  ".join(word for word in words if word) + (bold("  current") if is_current else "")


def money_of(figures: dict[str, object]) -> str:
    """The spend of a release's figures in its currency."""
    from decimal import Decimal

    return money(Decimal(str(figures["spend"])), str(figures["currency"]))


def bring_back() -> None:
    """Release an earlier release again, under a new number. Variables: SHOP, AS_OF, NUMBER."""
    warehouse = the_warehouse()
    shop = asked_shop(warehouse)
    as_of = day_of("AS_OF")
    text = os.environ.get("NUMBER", "")
    if not (text.isascii() and text.isdigit()):
        raise UserError(f"NUMBER: {text!r} is not a number of a release. `make releases SHOP={shop}` lists them.")
    made = releasing.again(warehouse, shop, as_of, int(text))
    print(
        f"Shop {shop} as of {as_of}: release {int(text)} is back as release {bold(str(made.number))}, the current one."
    )
    _say_undelivered(shop)


def _say_undelivered(shop: str) -> None:
    """Say that nobody is told, where the shop's file asks for deliveries: only a run has the connections for them."""
    try:
        found = files.find(shop)
    except UserError as error:
        print(f"It is not delivered. {error}")
        return
    if found and found.deliver:
        places = ", ".join(target.words for target in found.deliver)
        print(f"It is not delivered to {places}. What is there stays until the shop's next run brings its own release.")

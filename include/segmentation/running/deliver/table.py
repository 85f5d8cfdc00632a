"""Deliver to a table: the customers of a shop's current release, replaced in one transaction.

Readers see all rows of the shop as they were or as they are. Each row says which delivery it is of, so that a try after
one that was killed right behind its commit finds its work done, whatever else was lost.
"""

from segmentation.common.errors import UserError
from segmentation.config.shops.targets import Target
from segmentation.running.deliver import database
from segmentation.running.deliver.database import Plain
from segmentation.running.deliver.what import COLUMNS, KEY, Delivery

NOT_NULL = ("shop", "as_of", "user_id", "segment", "release_number", "delivery")


class Later(UserError):
    """The table holds a later release than the one that is delivered."""


def deliver(delivery: Delivery, target: Target) -> bool:
    """Make a table hold a release's customers of its shop; whether there was anything to do.

    Raises UserError where the table or its rights are not right, or where it has rows that this warehouse knows nothing
    of; Unavailable where a retry may help.
    """
    with database.opened(target.connection, f"deliver: {target.words}") as place:
        _make(place, target)
        place.lock(target.place, delivery.release.shop)
        if _stands(place, target, delivery):
            return False
        _check(place.replace(target.place, delivery.release.shop, COLUMNS, delivery.batches()), target, delivery)
        place.connection.commit()
    return True


def _check(written: int, target: Target, delivery: Delivery) -> None:
    if written != delivery.rows:
        raise UserError(
            f"deliver: {target.words}: {written:,} rows were read where the release has {delivery.rows:,} customers, "
            "so nothing is changed. `make verify` says what is wrong with the release."
        )


def _make(place: Plain, target: Target) -> None:
    """Create the table if there is none, and look whether it has the columns."""
    try:
        there = place.columns(target.place)
    except Exception as missing:
        # Most databases let nothing more pass in a transaction that has met an error.
        place.connection.rollback()
        if database.may_pass(missing, {one.__name__ for one in type(missing).__mro__}):
            raise
        _create(place, target)
        if place.begin:
            place.run(place.begin)
        there = place.columns(target.place)
    lacking = [name for name in COLUMNS if name not in {column.lower() for column in there}]
    if lacking:
        raise UserError(
            f"deliver: {target.words}: it has no column {lacking[0]!r}, so it is another table. Name one of its own, "
            "which is created, or remove it."
        )


def _create(place: Plain, target: Target) -> None:
    columns = [
        f"{place.name(name)} {place.types[kind]}{' NOT NULL' if name in NOT_NULL else ''}"
        for name, kind in COLUMNS.items()
    ]
    key = ", ".join(map(place.name, KEY))
    place.run(f"CREATE TABLE IF NOT EXISTS {place.name(target.place)} ({', '.join(columns)}, PRIMARY KEY ({key}))")
    place.connection.commit()


def _stands(place: Plain, target: Target, delivery: Delivery) -> bool:
    """Whether the table holds this delivery already. Raises UserError if it holds what only another warehouse can have
    brought there.
    """
    release = delivery.release
    names = [place.name(name) for name in ("as_of", "release_number", "delivery")]
    found = place.run(
        f"SELECT {', '.join(names)}, count(*) FROM {place.name(target.place)} "  # noqa: S608
        f"WHERE {place.name('shop')} = ? GROUP BY {', '.join(names)}",
        release.shop,
    )
    if [(identity, rows) for _, _, identity, rows in found] == [(delivery.id, delivery.rows)]:
        return True
    for as_of, number, identity, _ in found:
        if (str(as_of), int(number)) > (release.as_of, release.number) and identity != delivery.id:
            raise Later(
                f"deliver: {target.words}: it holds release {number} of shop {release.shop} as of {as_of}, which is "
                f"later than release {release.number} as of {release.as_of}, the current one here. Another warehouse "
                "delivers there: name another table, or remove its rows of the shop."
            )
    return False

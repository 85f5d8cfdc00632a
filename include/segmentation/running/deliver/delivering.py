"""Deliver a run's release to the targets of its shop: each once, whatever fails in between."""

from datetime import date

from segmentation.common.errors import Unavailable, UserError
from segmentation.config.shops import files
from segmentation.config.shops.targets import FILES, WEBHOOK, Target
from segmentation.running.deliver import bucket, records, table, webhook
from segmentation.running.deliver.records import Records, record_of
from segmentation.running.deliver.what import Delivery, delivery_of
from segmentation.warehouse import releases
from segmentation.warehouse.release_file import Release
from segmentation.warehouse.versions import Warehouse


def deliver(warehouse: Warehouse, release: Release, run_id: str) -> list[str]:
    """Deliver a release to every target that the shop's file names now; a sentence for each.

    A target that fails keeps no other from its turn. Raises UserError or Unavailable with what failed, at the end:
    Unavailable if a retry may help with any of it. The release stays as it is.
    """
    shop = files.find(release.shop)
    targets = shop.deliver if shop else ()
    if not targets:
        return [f"shop {release.shop} has nothing to deliver to in its file any more."]
    said: list[str] = []
    failed: list[Exception] = []
    with records.writing(warehouse, release) as kept:
        delivery = delivery_of(warehouse, release)
        for target in targets:
            try:
                said.append(f"{target.words}: {_serve(kept, delivery, target, run_id)}")
            except (UserError, Unavailable) as error:
                kept.note_failure(target, record_of(target, delivery.id, 0, run_id, reason=_reason(error, target)))
                failed.append(error)
    if failed:
        words = " ".join(map(str, failed))
        raise Unavailable(words) if any(isinstance(one, Unavailable) for one in failed) else UserError(words)
    return said


def _reason(error: Exception, target: Target) -> str:
    """What failed, for a record, which names the target itself."""
    return str(error).removeprefix(f"deliver: {target.words}: ")


def of_run(warehouse: Warehouse, shop: str, as_of: str, run_id: str, dag_id: str) -> Release | None:
    """The release that a run has made of a month, or None if it has made none: a trial."""
    day = date.fromisoformat(as_of)
    for number in reversed(releases.numbers(warehouse, shop, day)):
        found = releases.find(warehouse, shop, day, number)
        if found and (found.run_id, found.dag_id) == (run_id, dag_id):
            return found
    return None


def is_current(warehouse: Warehouse, release: Release) -> bool:
    """Whether a release is the one that says where a shop's customers are now: the last one of the latest month."""
    last = releases.last_numbers(warehouse, release.shop)
    return bool(last) and (release.day, release.number) == max(last.items())


def _serve(kept: Records, delivery: Delivery, target: Target, run_id: str) -> str:
    """Bring a delivery to one target, and record it; what became of it, in words."""
    if done := kept.done(target, delivery.id):
        return f"stands since {done.at}."
    if target.is_of_now and not is_current(kept.warehouse, kept.release):
        return _passed_over(kept.release)
    rows, same_as = delivery.rows, 0
    try:
        if target.kind == WEBHOOK:
            with kept.journal(target, delivery.id) as journal:
                rows = webhook.deliver(delivery, target, journal)
                same_as = journal.origin if journal.origin != kept.release.number else 0
        elif target.kind == FILES:
            bucket.deliver(delivery, target)
        elif not table.deliver(delivery, target):
            before = kept.before(target)
            same_as = (before[1].same_as or before[0]) if before and before[1].of == delivery.id else 0
    except table.Later:
        if is_current(kept.warehouse, kept.release):
            raise
        return _passed_over(kept.release)
    kept.keep(target, record_of(target, delivery.id, rows, run_id, same_as))
    return f"has the {rows:,} {'rows' if target.kind == WEBHOOK else 'customers'} of release {kept.release.number}."


def _passed_over(release: Release) -> str:
    return (
        f"nothing to do, because release {release.number} as of {release.as_of} is not the current one of the shop's "
        "latest month."
    )

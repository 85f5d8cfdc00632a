"""The source `demo`: generated reviews and products, the same for the same settings and generator."""

from pathlib import Path

from segmentation.common.paths import PROJECT
from segmentation.config.settings import Settings
from segmentation.planning.plan import text_hash
from segmentation.sources.resolved import Resolved, Surroundings

DEMO_SEED = 20230913
DEMO_CODE = tuple(
    sorted(
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "include/segmentation/sources/demo_shop").glob("*.py")
    )
)


def resolve(settings: Settings, surroundings: Surroundings) -> Resolved:
    """The demo of these settings."""

    def bring(folder: Path) -> None:
        from segmentation.sources import demo_shop

        demo_shop.generate(
            folder,
            category=settings.category,
            reviews=settings.demo_reviews,
            seed=DEMO_SEED,
            report=surroundings.report,
        )

    identity = {
        "source": "demo",
        "category": settings.category,
        "reviews": settings.demo_reviews,
        "seed": DEMO_SEED,
        "code": {path: text_hash(PROJECT / path) for path in DEMO_CODE},
    }
    return Resolved(identity, bring)

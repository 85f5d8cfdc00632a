"""What a contender has written, wherever it keeps it."""

from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.stages import AS_OF


@dataclass(frozen=True)
class Output:
    """What a contender has written: its title, its name as in ONLY=, its folder."""

    title: str
    name: str
    folder: Path

    def table(self, name: str) -> str:
        """The rows of a table as a SQL source. Raises BenchError if there is no such table."""
        if self.name == "product":
            patterns = [f"{name}/version=*/**/*.parquet", f"{name}/as_of={AS_OF}/version=*/**/*.parquet"]
        else:
            patterns = [f"{name}.parquet", f"{name}/**/*.parquet"]
        for pattern in patterns:
            if any(self.folder.glob(pattern)):
                place = str(self.folder / pattern).replace("'", "''")
                return f"read_parquet('{place}', hive_partitioning = true)"
        raise BenchError(f"{self.title} has not written the table {name}.")

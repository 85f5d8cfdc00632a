"""What no user means to give, and some user gives: for each reader of texts, YAML and paths."""

# Each alias stands for nine of the one before: 369 bytes are a message of 160 MB where all of it is quoted.
ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
# YAML that is refused whoever reads it, and a word of why.
BAD_YAML = {
    "aliases": (ALIASES, "more than 10,000 values"),
    "merges": (MERGES, "more than 10,000 values"),
    "a long text behind aliases": (f"a: &a {'x' * 5000}\nb: [{','.join(['*a'] * 100)}]", "more than 10,000 values"),
    "an alias within itself": ("a: &a [*a]", "the alias 'a' in line 1"),
    "many brackets": ("[" * 3000, "nested too deeply"),
    "many dashes": ("- " * 3000, "nested too deeply"),
    "many question marks": ("? " * 3000, "nested too deeply"),
    "a key that stands twice": (
        "customer: a\ncustomer: b",
        "'customer' stands twice in one place, from line 1",
    ),
    "a tag of Python's": ("a: !!python/object/apply:os.system [id]", "the tag 'tag:yaml.org,2002:python/object/app"),
    "a tag of its own": ("!mine a", "the tag '!mine' in line 1 is not allowed"),
    "too much": ("a: " + "x" * 200_000, "this is 200,003 bytes long"),
    "two documents": ("a: 1\n---\nb: 1", "this is no YAML (line 2)"),
    "half a character": ("a: \ud800", "this is no YAML"),
    "a zero byte": ("a: \0", "this is no YAML"),
    "no end": ("a: [", "this is no YAML (line 1)"),
    "a key that is a list": ("[a]: b", "this is no YAML (line 1)"),
    "a name that nobody has given": (f"*{'x' * 5000}", "the alias 'xxx"),
}
# YAML whose values are none; a reader of texts takes them as they are written.
BAD_VALUES = {
    "a day that is none": ("2023-02-30", "'2023-02-30' in line 1 is not a date or time"),
    "4,301 digits": ("9" * 4301, "'... (4,301 characters) in line 1 is not a whole number"),
    "a number without digits": ("0x_", "'0x_' in line 1 is not a whole number"),
    "a number of hours": ("1:" * 900 + "1.5", "in line 1 is not a number"),
}
# Paths that no file system has.
BAD_PATHS = {
    "the home of nobody": ("~nosuchuser/mapping.yaml", "there is no user 'nosuchuser'"),
    "a long name": ("x" * 256, "a name in it is 256 bytes long"),
    "a long name in a path": (f"/tmp/{'ä' * 128}/x", "a name in it is 256 bytes long"),
    "a long path": ("/x" * 2100, "it is 4,200 bytes long"),
    "a zero byte": ("a\0b", "it holds a zero byte"),
    "half a character": ("\ud800", "it holds a sign that no file's name can have"),
}
TEXTS = (
    *(text for text, _ in (*BAD_YAML.values(), *BAD_VALUES.values(), *BAD_PATHS.values())),
    "", " ", "~", "null", "-", "--", "=", "\n", "\u202e", "\U000e0001" * 400, "{{ 1 // 0 }}", "%s%n", "'\"`$(id)",
    "x" * 10**6, "9" * 4301,
    "1e999999999", "-1", "NaN", "inf", "[", "[[", "[" * 30_000, "[1e999999999]", '["\\ud800"]',
    "2023-02-30", "0000-00-00", "9999-12-31", "٢٠٢٣-٠٢-٠١", "²", "1;²;3", "*",
    "/dev/zero", "/dev/stdin", "/proc/self/mem", "..", "/", ".",
)  # fmt: skip
VALUES = (
    *TEXTS, None, True, -1, 0, 1.5, float("nan"), float("inf"), 10**5000, b"\xff", [], {}, [[[]]], {"a": {"b": []}},
    [None], [10**5000], ["\ud800"], [float("nan")], ["x"] * 100_000, {"x" * 10**5: "y"},
)  # fmt: skip

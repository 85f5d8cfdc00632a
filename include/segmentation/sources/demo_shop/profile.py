"""Figures and words behind the demo source: what :mod:`segmentation.sources.demo_shop` draws from.

The figures are published marginals of Amazon Reviews 2023, Electronics: counts of ratings, prices,
categories, and the sizes, recency, frequency and spend of the one-year customers. Where only a few points of
a distribution are published (quartiles, mean, maximum), the points between are chosen here so that the mean
comes out. All tables hold integers and are read with integer arithmetic, so that every machine draws the
same rows. The words, stores and products are invented.
"""

# --- reviews --------------------------------------------------------------------------------------
# Reviews with 1, 2, 3, 4 and 5 stars (the two ratings of 0.0 were counted as 1 star).
RATINGS_VERIFIED = (4804376, 2028015, 2625915, 5044312, 26044266)
RATINGS_NOT_VERIFIED = (554426, 229589, 257150, 513413, 1785482)
VERIFIED, REVIEWS = 40546884, 43886944
DUPLICATES = 477968
# Reviews with pictures; only the number of distinct picture lists is published.
WITH_IMAGES_PER_MILLE = 45

# A ladder is (share in millionths, value): values in between are interpolated and rounded down.
# Quartiles 0, 0, 0; mean 1.09. The real maximum of 46,841 would dominate the mean of a small demo.
HELPFUL_VOTES = (
    (0, 0), (779_999, 0), (780_000, 1), (880_000, 2), (920_000, 3), (960_000, 5), (985_000, 9), (995_000, 22),
    (999_000, 60), (999_900, 300), (1_000_000, 3000),
)  # fmt: skip

# --- products -------------------------------------------------------------------------------------
REVIEWS_PER_PRODUCT = 27
PRICED_PER_MILLE = 327
# Cents. Quartiles 11.99, 22.90, 59.99; mean 96; maximum 30,999.
PRICES = (
    (0, 100), (50_000, 549), (100_000, 699), (250_000, 1199), (400_000, 1750), (500_000, 2290),
    (600_000, 3100), (700_000, 4700), (750_000, 5999), (800_000, 7900), (850_000, 11500), (900_000, 18500),
    (950_000, 35000), (975_000, 58000), (990_000, 105000), (998_000, 260000), (999_800, 850000),
    (1_000_000, 3099900),
)  # fmt: skip
# Tenths of a star; mean 4.0, deviation 0.83.
AVERAGE_RATINGS = (
    (0, 10), (25_000, 15), (60_000, 25), (120_000, 32), (250_000, 38), (500_000, 42), (750_000, 46),
    (900_000, 49), (940_000, 50), (1_000_000, 50),
)  # fmt: skip
# Quartiles 3, 12, 49; the largest is 1,034,896.
RATING_NUMBERS = (
    (0, 1), (250_000, 3), (500_000, 12), (750_000, 49), (900_000, 180), (980_000, 1200), (998_000, 9000),
    (999_900, 90_000), (1_000_000, 1_034_896),
)  # fmt: skip

# Products by main category. None is the null of the source. The sixteen that the seed excludes and whose
# counts are not published share what is left of the total.
CATEGORIES: tuple[tuple[str | None, int], ...] = (
    ("Computers", 418868), ("All Electronics", 376435), ("Camera & Photo", 223690),
    ("Cell Phones & Accessories", 138237), ("Home Audio & Theater", 106516), (None, 106334),
    ("Industrial & Scientific", 50555), ("Car Electronics", 27332), ("Tools & Home Improvement", 24042),
    ("Amazon Home", 21299), ("Office Products", 21250), ("AMAZON FASHION", 18391),
    ("Sports & Outdoors", 14581), ("Automotive", 13956), ("GPS & Navigation", 9339),
    ("Amazon Devices", 8484), ("Portable Audio & Accessories", 8050), ("Musical Instruments", 6668),
    ("Toys & Games", 3944), ("Health & Personal Care", 3073), ("All Beauty", 1848), ("Books", 851),
    ("Arts, Crafts & Sewing", 600), ("Baby", 600), ("Pet Supplies", 600), ("Grocery", 500),
    ("Handmade", 500), ("Software", 500), ("Buy a Kindle", 400), ("Digital Music", 400),
    ("Premium Beauty", 400), ("Collectible Coins", 300), ("Collectibles & Fine Art", 300),
    ("Audible Audiobooks", 300), ("Gift Cards", 300), ("Magazine Subscriptions", 285),
    ("Unique Finds", 284),
)  # fmt: skip

# --- customers ------------------------------------------------------------------------------------
# Published: size, mean recency, mean frequency and mean spend of four clusters of one-year customers, the share
# that bought once, and the skewness. Everything from here to DEAR_BANDS is chosen: four kinds of customer whose
# habits were tuned until K-Means finds clusters like those again. The kinds are not the clusters: whether a small
# or big spender is recent or lapsed follows from the calendar alone, and loyal ones buy cheap or dear. Tuning was
# needed because cleaning drops about a quarter of all reviews, and because loyal customers are seen in more
# windows than others. A test holds the outcome against docs/reproduction/published.yaml.
SMALL, BIG, LOYAL, LOYAL_BIG = range(4)
# Each table is a tuple of (value, parts of 1,000) per kind.
KINDS = ((SMALL, 642), (BIG, 180), (LOYAL, 117), (LOYAL_BIG, 61))
_RARE_VISITS = ((1, 780), (2, 150), (3, 45), (4, 25))
_FREQUENT_VISITS = ((1, 500), (2, 300), (3, 130), (4, 70))
VISITS = (_RARE_VISITS, _RARE_VISITS, _FREQUENT_VISITS, _FREQUENT_VISITS)
# A small or big spender takes one thing per visit, a loyal one mostly two or three; one basket in a thousand is
# huge, which gives frequency its skewness.
_ONE_THING = ((1, 1000),)
_SEVERAL = ((1, 210), (2, 422), (3, 258), (4, 74), (5, 20), (6, 8), (8, 6), (14, 1), (60, 1))
BASKETS = (_ONE_THING, _ONE_THING, _SEVERAL, _SEVERAL)
# Chance, in thousandths, that a bought thing is from the dear end of the price list.
DEAR_PER_MILLE = (30, 950, 40, 650)
# Shortest and longest time between two visits, in thousandths of the full calendar (a busy year is 440): small
# and big spenders are gone for long, loyal ones are not.
GAPS = ((350, 750), (350, 750), (120, 440), (120, 440))

# Visits in single months, in percent of a usual month. Big spenders buy for the holidays. Loyal customers were last
# seen in the middle of the year that is published, seldom at its ends.
_LATE_WINTER = {1: 120, 2: 120, 3: 120}
SEASONS: tuple[dict[int, int], ...] = ({}, {12: 110}, _LATE_WINTER, _LATE_WINTER)
# Over so many days before the end of the file reviews thin out: the published recencies show it, since late
# reviews were not written yet when the data set was collected. Loyal customers write sooner.
LATE_DAYS = (205, 205, 165, 165)

# Priced products are cut into 40 price bands of equal size. How often one thing is taken from each band:
# first for cheap things (bands 0 to 30, below about 69), then for dear ones (31 to 39).
CHEAP_BANDS = (4,) * 4 + (6,) * 4 + (9,) * 6 + (12,) * 8 + (9,) * 6 + (11, 12, 13) + (0,) * 9
DEAR_BANDS = (0,) * 31 + (22, 20, 18, 17, 17, 15, 14, 13, 11)
# Reviews of products without a price, in thousandths, by whole years before the end of the file.
UNPRICED_PER_MILLE = (90, 120, 160, 400)
MISSING_PRODUCT_PER_MILLE = 2
VARIANT_PER_MILLE = 280

# --- words ----------------------------------------------------------------------------------------
STORES = (
    "Northvale", "Quillmere", "Tarnholt", "Voltaryn", "Pendrakel", "Lumabrix", "Kestwick", "Oakfennel",
    "Halvorne", "Zephandel", "Corvanteck", "Mistrello", "Drumlokk", "Brackwin", "Ostrivo", "Juntavel",
    "Nimbrosa", "Sorrelby", "Wexmarch", "Fyrnholm", "Plovane", "Gantrelle", "Ulmstead", "Yarrowix",
)  # fmt: skip
SPECS = {
    "W": ("20 W", "30 W", "45 W", "65 W", "100 W"),
    "ft": ("3 ft", "6 ft", "10 ft", "15 ft", "25 ft"),
    "in": ("7 in", "10.1 in", '13"', "15.6 in", '27"'),
    "GB": ("32 GB", "64 GB", "128 GB", "256 GB", "1 TB"),
    "mAh": ("5000 mAh", "10000 mAh", "20000 mAh", "26800 mAh"),
    "": ("Black", "White", "Slate Grey", "2 Pack", "Pro", "Mini", "Gen 2"),
}
THINGS: dict[str | None, tuple[str, ...]] = {
    "Computers": (
        "USB-C Hub|",
        "Wireless Mouse|",
        "Mechanical Keyboard|",
        "Laptop Sleeve|in",
        "Monitor|in",
        "SSD|GB",
    ),
    "All Electronics": (
        "USB-C Charger|W",
        "HDMI Cable|ft",
        "Power Strip|ft",
        "AA Batteries|",
        "Streaming Remote|",
    ),
    "Camera & Photo": ("Tripod|in", "Memory Card|GB", "Camera Strap|", "Ring Light|in", "Security Camera|"),
    "Cell Phones & Accessories": ("Power Bank|mAh", "Phone Case|", "Car Mount|", "Charging Cable|ft"),
    "Home Audio & Theater": ("Soundbar|W", "TV Wall Mount|in", "Speaker Wire|ft", "Turntable|"),
    "Industrial & Scientific": ("Digital Caliper|in", "Heat Shrink Kit|", "Label Maker|"),
    "Car Electronics": ("Dash Camera|GB", "Car Stereo|W", "Backup Camera|"),
    "GPS & Navigation": ("Car Navigator|in", "Bike Computer|"),
    "Amazon Devices": ("Smart Display|in", "E-Reader Cover|"),
    "Portable Audio & Accessories": ("Earbuds|", "Bluetooth Speaker|W"),
    "Office Products": ("Desk Lamp|W", "Document Scanner|"),
    "Musical Instruments": ("Audio Interface|", "Microphone Stand|"),
    None: ("Cable Organizer|", "Travel Adapter|W", "Screen Cleaner|", "Replacement Remote|"),
}
OTHER_THINGS = ("Starter Set|", "Gift Box|", "Refill|", "Organizer|in")
FEATURES = (
    "Set up in under two minutes, no tools needed", "Works with most devices made since 2015",
    "Two year limited warranty", "Slim body that fits in a pocket or a drawer",
    "Reinforced ends for daily use", "Tested for 10,000 cycles", 'Includes a 6" cable and a quick guide',
    "Runs cool & quiet, even under load",
)  # fmt: skip

# Product titles that a careless page, spreadsheet or chart would trip over.
ODD_TITLES = (
    "<script>alert(1)</script> Travel Adapter", '=HYPERLINK("http://example.com/","Open me") Power Bank',
    '<b>Northvale</b> Desk "Pro" Lamp, 27" arm', "شاحن سريع للهاتف المحمول", "מטען מהיר לטלפון \u202e 65 W",
    "Lumabrix 🎧 Earbuds 🔋 Pro", "<img src=x onerror=alert(1)> Tarnholt's USB-C Hub",
    "+1 Kestwick; Cable | 2 Pack\\",
)  # fmt: skip
# Fields that hold a placeholder instead of a value, one product each.
PLACEHOLDER_FIELDS = (
    {"title": "None"}, {"title": "N/A"}, {"title": ""}, {"store": "None"}, {"store": "N/A"}, {"store": ""},
    {"main_category": "None"}, {"main_category": ""},
)  # fmt: skip
ODD_PRICES = ("from 34.68", "\u2014", "from 9.99", "from 129.00")
# A line that is no JSON at all.
GARBAGE = "#### connection reset by peer ####"

# Review words come in three moods: bad (1 and 2 stars), mixed (3), good (4 and 5).
STAR_TITLES = ("One Star", "Two Stars", "Three Stars", "Four Stars", "Five Stars")
TITLE_HEADS = (
    ("Disappointed", "Stopped working", "Not worth it", "Broke early", "Would not buy again", "Meh"),
    ("It is okay", "Mixed feelings", "Does the job", "Average", "Good but not great", "Fine"),
    ("Great", "Love it", "Works as described", "Perfect fit", "Good value", "Just what I needed", "👍"),
)
TITLE_TAILS = (
    "", "", "!", ".", " for the price", " so far", " - read this first", ", honestly", " after a month",
    " for travel", " at home", " for my desk", " (update)", " as a gift",
)  # fmt: skip
OPENINGS = (
    ("Not happy with this.", "It quit after two weeks.", "I wanted to like it.", "Save your money."),
    ("It is fine.", "Does what it says, mostly.", "Some good, some bad.", "Hard to say."),
    ("Works great.", "Very happy with it.", "Easy to set up.", "Bought it for my son 😀", "Love it!"),
)
HISTORIES = (
    "", "", "", " Had it for three weeks now.", " I bought it in spring.", " I use it at work.",
    " It replaced one that was ten years old.", " We have two of them at home.", " It came a day early.",
    " My dad uses it.", " I needed it for a trip.", " This is for the new version.",
)  # fmt: skip
PARTS = (
    "cable", "screen", "case", "sound", "battery", "power button", "stand", "packaging", "cord", "finish",
    "manual", "connection",
)  # fmt: skip
PATTERNS = (
    (
        "The {} feels cheap.",
        "After a few days the {} gave up, and the seller did not answer.",
        "I tried two of them and the {} was bad on both.",
        "The {} is not as shown in the pictures.",
        'They call the {} "premium", which is a joke.',
    ),
    (
        "The {} is good, but the rest could be better.",
        "I expected a bit more from the {} at this price.",
        "The {} took some getting used to.",
        "No trouble with the {} yet,\nbut I do not use it much.",
    ),
    (
        "The {} is better than I expected.",
        "I use it every day and the {} still looks new.",
        "The {} is solid and does just what it should.",
        "My wife likes the {} so much that we ordered another one.",
        'Even the {} is well made, "sturdy" is the word.',
        "The {} works with everything we own.<br />",
    ),
)
CLOSINGS = (
    ("", "", " Look elsewhere.", " One star is generous.", " I asked for a refund and still wait for it."),
    ("", "", " Not sure I would order it again.", " You get what you pay for.", " It will do for now."),
    ("", "", " Highly recommended!", " Would buy again.", " Shipping was fast, well packed.", " 5 stars ⭐"),
)
# Sentences in the middle of a text, as (sentences, parts of 1,000). A text is then 240 characters on average.
SENTENCES = ((0, 210), (1, 176), (2, 170), (3, 130), (5, 115), (8, 110), (12, 57), (20, 26), (45, 6))

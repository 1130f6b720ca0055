"""What is known about each data set: one record, one CSV file beside it.

The order is the order of ``likelihoodkit.data.names()``: one sample of measurements, then counts,
directions, regressions and classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["real", "count", "label"]
"""How a column is stored: float64, int64, or text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, what it measures, its unit, and how it is stored."""

    name: str
    meaning: str
    unit: str
    kind: Kind = "real"


@dataclass(frozen=True, slots=True)
class Record:
    """The catalogue card of one data set.

    ``year`` is the year in which the numbers were taken or first published. ``source`` is where they were
    published. ``note`` says what the set teaches and what to watch.
    """

    name: str
    title: str
    source: str
    year: int
    rows: int
    columns: tuple[Column, ...]
    note: str


_TABLE = (
    Record(
        name="newcomb",
        title="Newcomb's times for light to travel 7442 metres",
        source="Newcomb (1891), Astronomical Papers 2, 107-230; "
        "Stigler (1977), Annals of Statistics 5, 1055-1098, table 5",
        year=1882,
        rows=66,
        columns=(Column("time", "deviation of the passage time from 24800 ns", "nanosecond"),),
        note="Two outliers, -44 and -2. The mean moves with them, the median does not: the assumption about "
        "noise decides. Today's value of the speed of light corresponds to a time of 33.0.",
    ),
    Record(
        name="michelson",
        title="Michelson's determinations of the speed of light",
        source="Michelson (1880), Astronomical Papers 1, 109-145; "
        "Stigler (1977), Annals of Statistics 5, 1055-1098, table 6",
        year=1879,
        rows=100,
        columns=(
            Column("experiment", "series of 20 consecutive runs, 1 to 5", "", "count"),
            Column("run", "run within the series, 1 to 20", "", "count"),
            Column("speed", "speed in air less 299000 km/s", "kilometre per second"),
        ),
        note="Series differ in level: the rows are not quite independent.",
    ),
    Record(
        name="horsekicks",
        title="Deaths by horse kick in the Prussian army",
        source="von Bortkiewicz (1898), Das Gesetz der kleinen Zahlen, Teubner, Leipzig",
        year=1898,
        rows=280,
        columns=(
            Column("year", "calendar year, 1875 to 1894", "", "count"),
            Column("corps", "army corps; G is the Guard", "", "label"),
            Column("deaths", "deaths by horse kick in that corps and year", "", "count"),
        ),
        note="The first Poisson fit. The 200 rows of the textbooks leave out the corps G, I, VI and XI, "
        "which were made up differently.",
    ),
    Record(
        name="yeast",
        title="Student's yeast cells in a haemocytometer",
        source="Student (1907), Biometrika 5, 351-360, doi:10.1093/biomet/5.3.351",
        year=1907,
        rows=36,
        columns=(
            Column("sample", "one of four dilutions, A to D", "", "label"),
            Column("cells", "number of cells in a square", "", "count"),
            Column("squares", "how many of the 400 squares held that many cells", "", "count"),
        ),
        note="Frequencies: use `squares` as weights, or repeat `cells` that often. Samples A and C scatter "
        "a little more than a Poisson does, B and D a little less.",
    ),
    Record(
        name="roulette",
        title="Nine stops of a roulette wheel",
        source="Mardia (1972), Statistics of Directional Data, Academic Press, example 1.1",
        year=1972,
        rows=9,
        columns=(Column("stop", "position at which the wheel stopped", "degree"),),
        note="Small enough to follow by hand. The arithmetic mean, 121 degrees, points where no stop is; the "
        "mean direction is 51 degrees.",
    ),
    Record(
        name="turtles",
        title="Headings of 76 turtles after egg laying",
        source="Stephens (1969), Techniques for directional data, Technical Report 150, Department of "
        "Statistics, Stanford University; Fisher (1993), Statistical Analysis of Circular Data, appendix B.3",
        year=1969,
        rows=76,
        columns=(Column("direction", "heading of one turtle", "degree"),),
        note="Most head one way and a few the opposite way: one von Mises is too simple, two fit.",
    ),
    Record(
        name="faithful",
        title="Eruptions of the Old Faithful geyser",
        source="Härdle (1991), Smoothing Techniques with Implementation in S, Springer; "
        "Azzalini and Bowman (1990), Applied Statistics 39, 357-365",
        year=1990,
        rows=272,
        columns=(
            Column("eruption", "length of the eruption", "minute"),
            Column("waiting", "time to the next eruption", "minute"),
        ),
        note="Two kinds of eruption: a mixture in either column.",
    ),
    Record(
        name="engel",
        title="Income and food expenditure of Belgian working-class households",
        source="Engel (1857), Zeitschrift des Statistischen Bureaus des Königlich Sächsischen "
        "Ministeriums des Inneren 8-9; Koenker and Bassett (1982), Econometrica 50, 43-61",
        year=1857,
        rows=235,
        columns=(
            Column("income", "yearly household income", "Belgian franc"),
            Column("food", "yearly expenditure on food", "Belgian franc"),
        ),
        note="The scatter grows with income: constant noise is the wrong assumption, and quantiles fan out.",
    ),
    Record(
        name="stackloss",
        title="Ammonia lost in a plant that makes nitric acid",
        source="Brownlee (1965), Statistical Theory and Methodology in Science and Engineering, 2nd ed., "
        "Wiley, 491-500",
        year=1965,
        rows=21,
        columns=(
            Column("air_flow", "flow of cooling air", "coded"),
            Column("water_temperature", "inlet temperature of the cooling water", "degree Celsius"),
            Column("acid_concentration", "concentration of the acid, (per cent - 50) times 10", "coded"),
            Column("stack_loss", "ammonia lost, per cent of the intake times 10", "coded"),
        ),
        note="Rows 1, 3, 4 and 21 are the outliers on which robust methods are tried.",
    ),
    Record(
        name="iris",
        title="Fisher's iris flowers",
        source="Fisher (1936), Annals of Eugenics 7, 179-188, doi:10.1111/j.1469-1809.1936.tb02137.x; "
        "measured by Anderson (1935)",
        year=1936,
        rows=150,
        columns=(
            Column("sepal_length", "length of the sepal", "centimetre"),
            Column("sepal_width", "width of the sepal", "centimetre"),
            Column("petal_length", "length of the petal", "centimetre"),
            Column("petal_width", "width of the petal", "centimetre"),
            Column("species", "setosa, versicolor or virginica", "", "label"),
        ),
        note="Setosa is separated from the others by a plane: the likelihood of a logistic regression "
        "that tells it apart has no finite maximum.",
    ),
)

RECORDS: dict[str, Record] = {record.name: record for record in _TABLE}

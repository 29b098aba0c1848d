from lianhu_analysis.catalog.targets import Target
from lianhu_analysis.forecast.knowledge import Knowledge, Rules
from tests.forecast.frames import catalogue, figures, indicator

CORE = [
    indicator("a.level_only", frequency="M"),
    indicator("b.single", frequency="M", kind="growth_only", span="single", no_january=True),
    indicator("c.growth", weight_proxy="p.proxy"),
    indicator("d.target"),
    indicator("e.yearly", frequency="A"),
    indicator("f.silent"),
    indicator("p.proxy", tier="monitor"),
]
ROWS = figures(
    ("a.level_only", "level", "ytd", "2023-06", 5.0, "2023-07-10"),
    ("b.single", "yoy", "single", "2023-06", 4.0, "2023-07-10"),
    ("c.growth", "yoy", "ytd", "2023Q2", 6.0, "2023-07-10"),
    ("d.target", "yoy", "ytd", "2023Q2", 7.0, "2023-07-10"),
    ("e.yearly", "yoy", "annual", "2023", 2.0, "2024-02-10"),
    ("p.proxy", "level", "ytd", "2023Q2", 50.0, "2023-07-10"),
    ("p.proxy", "yoy", "ytd", "2023Q2", 3.0, "2023-07-10"),
)
AIM = Target(
    indicator="d.target", measure="yoy", year=2024, value=6.0, rule="at_least", tolerance=0.0,
    unit="%", title_zh="目标", source="", decimals=1,
)  # fmt: skip


def test_the_common_movement_takes_core_indicators_targets_first():
    knowledge = Knowledge(ROWS, targets=(AIM,))
    movement = knowledge.movement(catalogue(*CORE), Rules(("official",)))
    codes = [item.code for item in movement.indicators]
    assert codes == ["d.target", "c.growth", "a.level_only", "b.single"]
    assert set(movement.versions) == {
        ("d.target", "yoy"),
        ("c.growth", "yoy"),
        ("a.level_only", "level"),
        ("b.single", "single"),
        ("p.proxy", "level"),
    }
    # A proxy lends its shares; its publication moves no forecast.
    assert {item.indicator.code for item in movement.series} == set(codes)
    assert knowledge.movement(catalogue(*CORE), Rules(("official",))) is movement
    # Growth of single months never stands in for growth to date.
    single = catalogue(*CORE).get("b.single")
    assert not knowledge.extract(single, "yoy", Rules(("official",))).points
    assert movement.view("b.single", 2024, 0, None) is None

import pytest

from provisioner.plans import PLANS, UnknownPlan, plan_named


def test_plan_by_name():
    plan = plan_named("team")
    assert (plan.name, plan.replicas, plan.cpu, plan.memory) == ("team", 2, "500m", "512Mi")


def test_plans_are_listed_under_their_names():
    assert {name: plan.name for name, plan in PLANS.items()} == {
        "trial": "trial",
        "team": "team",
        "company": "company",
    }


def test_unknown_plan_names_the_known_ones():
    with pytest.raises(UnknownPlan, match="^gold: not one of company, team, trial$"):
        plan_named("gold")

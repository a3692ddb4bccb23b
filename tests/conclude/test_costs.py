"""What a conclusion costs stands beside it where its cause can be told image by image, and the report says it."""

from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.costs import costs
from biasaudit.report.html import render
from biasaudit.report.words import cost
from tests.conclude.test_conclusions import finding, leak
from tests.conclude.test_untied import answers, column_tie, drawn, mark_tie, table
from tests.golden import sample_audit


def priced(*findings, share=0.95):
    codes, side, odds = drawn(share)
    ties = (mark_tie(10 * side, codes), column_tie(side, codes))
    return costs(conclusions(findings, About()), ties, table(codes), answers(odds))


def test_a_mark_has_its_price_and_a_fact_and_a_question_have_none():
    found, together = priced(finding("artefact-ruler", "shortcut"), leak("across-splits"), finding("property-noise"))
    assert [(each.kind, each.untied is None) for each in found] == [
        ("leak", True), ("mark", False), ("appearance", True)
    ]  # fmt: skip
    mark = found[1].untied
    assert mark.auc.high < mark.naive_auc
    assert together == mark


def test_a_column_and_a_mark_are_priced_each_and_together():
    found, together = priced(finding("artefact-ruler", "shortcut"), finding("metadata-site"))
    assert [each.untied.causes for each in found] == [("ruler",), ("site",)]
    assert together.causes == ("ruler", "site")


def test_nothing_leads_and_nothing_is_asked():
    assert priced(finding("property-noise")) == (conclusions((finding("property-noise"),), About()), None)


def test_the_first_screen_says_it_in_pairs_of_pictures():
    found, together = priced(finding("artefact-ruler", "shortcut"))
    page = render(sample_audit(conclusions=found, untied=together))
    assert "What it costs" in page
    assert f"would tell only {100 * together.auc.value:.0f} of 100 pairs of pictures apart" in page
    assert "Where “ruler” does not help it" in page
    unknown, _ = priced(finding("artefact-ruler", "shortcut"), share=1.0)
    assert "cannot be told" in cost(unknown[0].untied)

"""What the templates for new courses hold."""

from __future__ import annotations

import pytest

from desktop.courses.draft import Draft
from desktop.courses.richtext import sanitize
from desktop.courses.starting import Template, list_templates, outlined
from tests.support.drafts import draft


def test_there_are_templates_in_the_order_of_their_names() -> None:
    names = [template.name for template in list_templates()]
    assert names == ["Blended workshop", "Compliance refresher", "Continuing education course"]


@pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.name)
def test_a_template_makes_an_outline_that_opens_in_turn_and_is_clean(template: Template) -> None:
    made: Draft = draft()
    outlined(made, template)
    assert [module["title"] for module in made.modules] == [module["title"] for module in template.modules]
    assert len(list(made.lessons)) == template.lessons
    first, *rest = made.modules
    assert first["unlock_after_module_id"] is None
    before = [module["id"] for module in made.modules]
    assert [module["unlock_after_module_id"] for module in rest] == before[:-1]
    for lesson in made.lessons:
        if html := lesson["content_html"]:
            assert sanitize(html) == html

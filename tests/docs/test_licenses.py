"""Is every locked package listed with a license under which it may be used as it is?"""

import pytest

from tests.docs import licenses

SERVED = licenses.PERMISSIVE | licenses.LIBRARY_COPYLEFT


def test_the_document_lists_every_locked_package() -> None:
    assert licenses.page() == licenses.PAGE.read_text(encoding="utf-8"), (
        "python -m tests.docs.licenses --write"
    )


def test_what_is_installed_with_the_service_may_be_used_from_any_program() -> None:
    refused = {name: licenses.license_of(name) for name in licenses.shipped()}

    assert {} == {name: said for name, said in refused.items() if said and not licenses.allows(said, SERVED)}


def test_tools_of_the_development_have_licenses_that_are_known() -> None:
    said = {name: licenses.license_of(name) for name in licenses.locked()}

    strange = {
        name
        for name, one in said.items()
        if one and not licenses.allows(one, SERVED | licenses.TOOL_COPYLEFT)
    }

    assert set() == strange


@pytest.mark.parametrize(
    ("expression", "enough"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("MIT AND (GPL-2.0-only OR LGPL-2.1-or-later)", True),
    ],
)
def test_all_of_and_but_any_of_or_must_be_accepted(expression: str, enough: bool) -> None:  # noqa: FBT001
    assert enough == licenses.allows(expression, SERVED)

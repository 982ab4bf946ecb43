import pytest

MINE = {"name": "Mine", "format": "csv", "dates": "dd/mm/yyyy", "fields": ["trfNumber", "photo"]}


def test_a_template_is_made_changed_listed_and_removed(crm):
    made = crm.post("/v1/templates", json=MINE)
    assert made.status_code == 201
    assert made.json()["warnings"] == ["Photo appears in the file as encrypted data."]
    crm.patch("/v1/templates/Mine", json={"name": "Ours/2026", "default": True, "fields": ["town"]})

    shown = crm.get("/v1/templates/Ours%2F2026").json()["template"]
    assert (shown["name"], shown["default"], shown["fields"]) == ("Ours/2026", True, ["town"])
    assert [one["name"] for one in crm.get("/v1/templates").json()["templates"]] == ["Ours/2026"]

    assert crm.delete("/v1/templates/Ours%2F2026").json() == {"deleted": "Ours/2026"}
    assert crm.get("/v1/templates/Ours%2F2026").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"fields": ["shoeSize"]}, 400, "unknown_field"),
        ({"fields": []}, 422, "misshapen"),
        ({"format": "pdf"}, 422, "misshapen"),
        ({"dates": "yy"}, 422, "misshapen"),
        ({"colour": "red"}, 422, "misshapen"),
        ({"fields": ["town", "town"]}, 400, None),
        ({"name": ""}, 400, None),
    ],
)
def test_a_template_that_cannot_be_is_refused_with_why(crm, change, status, code):
    no = crm.post("/v1/templates", json=MINE | change)

    assert no.status_code == status, no.text
    assert code in {None, no.json()["code"]}
    assert crm.get("/v1/templates").json()["templates"] == []


def test_an_edit_of_nothing_is_refused(crm):
    crm.post("/v1/templates", json=MINE)

    assert crm.patch("/v1/templates/Mine", json={}).json()["code"] == "nothing_to_change"

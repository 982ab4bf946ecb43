"""The smallest rows that tests start from."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from core.actors import Actor, actor_by_id
from core.tables import Delivery, Organisation, Preference, Result, User
from core.terms import Role, Service, Surface

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def an_organisation(
    session: Session, name: str = "Exeter", service: Service = Service.E_DELIVERY
) -> Organisation:
    organisation = Organisation(
        name=name,
        account_name=f"University of {name}",
        address="1 Northcote House\nExeter EX4 4QJ\nUnited Kingdom",
        service=service.value,
        created_at=NOW,
    )
    session.add(organisation)
    session.flush()
    return organisation


def a_user(
    session: Session,
    organisation: Organisation,
    email: str = "ann@uni.example",
    role: Role = Role.USER,
    *,
    is_primary: bool = False,
    first_name: str = "Ann",
    family_name: str = "Bell",
) -> User:
    user = User(
        organisation_id=organisation.id,
        first_name=first_name,
        family_name=family_name,
        email=email,
        role=role.value,
        is_primary=is_primary,
        created_at=NOW,
    )
    session.add(user)
    session.flush()
    session.add(Preference(user_id=user.id))
    session.flush()
    return user


def an_actor(session: Session, user: User, surface: Surface = Surface.CONSOLE) -> Actor:
    assert user.id is not None
    return actor_by_id(session, user.id, surface)


def a_result(session: Session, trf_number: str = "25GB000595ZOLJS03G", **columns: Any) -> Result:
    result = Result(
        **{
            "trf_number": trf_number,
            "centre_number": "GBS03",
            "candidate_number": "000595",
            "test_date": "2025-07-08",
            "module": "G",
            "family_name": "ZOLA",
            "first_name": "JANE",
            "date_of_birth": "1982-05-02",
            "gender": "F",
            "listening": 17,
            "reading": 16,
            "writing": 15,
            "speaking": 15,
            "overall": 16,
            "candidate_email": "jane.zola@mail.example",
        }
        | columns
    )
    session.add(result)
    session.flush()
    return result


def deliver(session: Session, organisation: Organisation, *results: Result) -> None:
    for result in results:
        session.add(Delivery(organisation_id=organisation.id, result_id=result.id))
    session.flush()

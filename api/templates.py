"""/v1/templates: which columns a download has."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlmodel import Session

from api.answers import answer
from api.template_documents import (
    TemplateAnswer,
    TemplateAsked,
    TemplateEdited,
    TemplateGone,
    TemplatePage,
)
from api.visits import Visitor
from core import templates
from core.actors import Actor
from core.fields import find_field
from core.keys import Scope
from core.template_cards import TemplateCard, TemplateDeleted, TemplateList

router = APIRouter(prefix="/v1/templates", tags=["templates"])

READ, WRITE = (Scope.READ,), (Scope.WRITE,)
Name = Annotated[str, Path(max_length=200, examples=["Admissions"])]


@router.get("", response_model=TemplatePage, operation_id="listTemplates")
def list_templates(visitor: Visitor, request: Request) -> Response:
    """The organisation's templates by name, and the built-in one."""

    def read(session: Session, actor: Actor) -> TemplateList:
        return templates.list_templates(session, actor)

    return answer(request, visitor.read(READ, read).document())


@router.get("/{name:path}", response_model=TemplateAnswer, operation_id="showTemplate")
def show_template(visitor: Visitor, request: Request, name: Name) -> Response:
    """One template."""

    def read(session: Session, actor: Actor) -> TemplateCard:
        return templates.show(session, actor, name)

    return answer(request, visitor.read(READ, read).document())


@router.post("", response_model=TemplateAnswer, operation_id="createTemplate", status_code=201)
def create_template(visitor: Visitor, request: Request, asked: TemplateAsked) -> Response:
    """Add a template."""
    fields = [find_field(one) for one in asked.fields]
    given = asked.model_dump(exclude={"name", "fields"})

    def create(session: Session, actor: Actor) -> TemplateCard:
        return templates.create(session, actor, asked.name, fields=fields, now=visitor.now, **given)

    return answer(request, visitor.write(WRITE, create).document(), status=201)


@router.patch("/{name:path}", response_model=TemplateAnswer, operation_id="editTemplate")
def edit_template(
    visitor: Visitor, request: Request, name: Name, asked: TemplateEdited
) -> Response:
    """Change what is given and leave the rest."""
    fields = None if asked.fields is None else [find_field(one) for one in asked.fields]
    given = asked.model_dump(exclude={"name", "fields"})

    def edit(session: Session, actor: Actor) -> TemplateCard:
        return templates.edit(
            session, actor, name, new_name=asked.name, fields=fields, now=visitor.now, **given
        )

    return answer(request, visitor.write(WRITE, edit).document())


@router.delete("/{name:path}", response_model=TemplateGone, operation_id="deleteTemplate")
def delete_template(visitor: Visitor, request: Request, name: Name) -> Response:
    """Remove a template; earlier downloads keep theirs."""

    def delete(session: Session, actor: Actor) -> TemplateDeleted:
        return templates.delete(session, actor, name, now=visitor.now)

    return answer(request, visitor.write(WRITE, delete).document())

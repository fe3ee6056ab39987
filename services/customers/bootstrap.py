"""The first administrator, by whoever operates the machine: everybody else comes in over the public routes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console

from services.customers.organisation import commands, store
from services.customers.organisation.commands import SayDepartment, SayPerson
from services.customers.organisation.domain import KIND_LABELS
from services.customers.policy.commands import announce
from shared.database import Transaction
from shared.kernel.errors import conflict
from shared.kernel.ids import stable_id

Run = Callable[[Callable[[Transaction], Awaitable[Any]]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Who administers, and the department that takes them in, made if it is not there yet."""

    staff_no: str
    name: str
    account: str
    department_code: str
    department_name: str
    department_kind: str


async def bootstrap(tx: Transaction, cmd: Bootstrap) -> bool:
    """Make the first administrator and announce the policies; whether anything was new. Twice is as good as once.

    DomainError ``already-bootstrapped`` when somebody else administers: they can make further administrators."""
    announced = await announce(tx)
    known = await store.person_by_id(tx, stable_id("person", cmd.staff_no.strip()))
    if known is not None and known.is_admin:
        return announced > 0
    if await store.admins_besides(tx, stable_id("person", cmd.staff_no.strip())):
        raise conflict(
            "already-bootstrapped",
            "somebody administers the organisation already",
            remedy="Ask them for the role: PATCH /people/{id}, or the organisation's workbook.",
        )
    if await store.department_by_code(tx, cmd.department_code) is None:
        kind = KIND_LABELS.get(cmd.department_kind, cmd.department_kind)
        await commands.say_department(tx, SayDepartment(code=cmd.department_code, name=cmd.department_name, kind=kind))
    await commands.say_person(
        tx,
        SayPerson(
            staff_no=cmd.staff_no,
            name=cmd.name,
            department_code=cmd.department_code,
            roles=tuple({"admin", *(known.roles if known else ())}),
            account=cmd.account,
            active=True,
        ),
    )
    return True


def command_line(run: Run) -> typer.Typer:
    """``python -m services.customers bootstrap …``; ``run`` does one transaction."""
    app = typer.Typer()

    @app.command("bootstrap")
    def bootstrap_(
        staff_no: Annotated[str, typer.Option(help="staff number of the first administrator")],
        name: Annotated[str, typer.Option(help="their name")],
        account: Annotated[str, typer.Option(help="the account they sign in with")],
        department_code: Annotated[str, typer.Option(help="made if it is not there yet")] = "BGS",
        department_name: Annotated[str, typer.Option()] = "公司办公室",
        department_kind: Annotated[str, typer.Option(help="as in the organisation's workbook")] = "公司办公室",
    ) -> None:
        """Make the first administrator and publish the policies of the regime. Can be repeated."""
        cmd = Bootstrap(
            staff_no=staff_no,
            name=name,
            account=account,
            department_code=department_code,
            department_name=department_name,
            department_kind=department_kind,
        )
        fresh = run(lambda tx: bootstrap(tx, cmd))
        Console().print("customers is ready" if fresh else "customers was ready before", markup=False)

    return app

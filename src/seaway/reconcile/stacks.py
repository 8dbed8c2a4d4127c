"""Makes stacks what their templates say, a few resources at each look."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from seaway.core.intrinsics import NO_VALUE, Scope, holds, resolve, split_parameters
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.stack import (
    STACK_TYPE,
    Refused,
    Stack,
    StackEvent,
    StackOutput,
    StackResource,
    resource_key,
)
from seaway.core.template import Resource, Template, TemplateProblem, as_text, read
from seaway.reconcile.stack_types import TYPES
from seaway.reconcile.stack_types.kinds import Invoke, Kind, Made, Work
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.5
"""Seconds until a resource that is not ready, or not gone, is looked at again."""

PATIENCE = 300.0
"""Seconds a deletion is tried again for, while something still uses the resource."""

LONGEST_WAIT = 3600.0
"""Seconds a resource may take to become ready (ECS services: CloudFormation waits 3 hours)."""

AT_ONCE = 12
"""Resources begun in one look, so that one transaction stays short."""


def keys_of(change: Change) -> Iterable[str]:
    """The stacks that have something to do."""
    noun = change.either
    if isinstance(noun, Stack) and noun.is_moving:
        yield noun.id


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every stack that has something to do."""
    return [stack.id for stack in tx.where(Stack) if stack.is_moving]


def reconcile(tx: Transaction, key: str, moment: Moment, invoke: Invoke) -> float | None:
    """Take the stack's next steps; when to look again (epoch seconds), None when it is done."""
    stack = tx.find(Stack, key)
    if stack is None or not stack.is_moving:
        return None
    look = _Look(tx, stack, moment, invoke)
    if "CLEANUP" in stack.status:
        return look.clean_up()
    if stack.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"):
        return look.build()
    return look.take_down()


def note(
    tx: Transaction, stack: Stack, resource: StackResource | None, moment: Moment
) -> StackEvent:
    """Write down in the stack's story what it, or its resource, has come to."""
    event = StackEvent(
        id=moment.uuid(),
        stack=stack.id,
        stack_name=stack.name,
        at=moment.now,
        logical=resource.logical if resource else stack.name,
        physical=resource.physical if resource else stack.id,
        type=resource.type if resource else STACK_TYPE,
        status=resource.status if resource else stack.status,
        reason=resource.reason if resource else stack.reason,
        properties=resource.properties if resource else None,
        token=stack.token,
    )
    tx.put(event)
    return event


def exports_of(tx: Transaction, place: Place) -> dict[str, tuple[str, str]]:
    """What the stacks of a place export: name → (stack, value)."""
    return {
        output.export: (stack.id, output.value)
        for stack in tx.where(Stack)
        if (stack.account, stack.region) == (place.account, place.region) and not stack.is_gone
        for output in stack.outputs
        if output.export
    }


def scope_of(tx: Transaction, stack: Stack, template: Template) -> Scope:
    """All that the stack's template may refer to now."""
    place = Place(account=stack.account, region=stack.region)
    scope = Scope(
        template=template,
        place=place,
        stack_id=stack.id,
        stack_name=stack.name,
        parameters=split_parameters(template, dict(stack.intent.parameters), stack.intent.stored),
        exports={name: value for name, (_, value) in exports_of(tx, place).items()},
    )
    for row in tx.where(StackResource, stack=stack.id):
        if not row.replaced and row.physical and not row.status.startswith("DELETE"):
            scope.physical[row.logical] = row.physical
            scope.attributes[row.logical] = json.loads(row.attributes)
    return scope


class _Look:
    """One look at a stack, in one transaction."""

    def __init__(self, tx: Transaction, stack: Stack, moment: Moment, invoke: Invoke) -> None:
        self.tx = tx
        self.stack = stack
        self.moment = moment
        self.invoke = invoke
        self.place = Place(account=stack.account, region=stack.region)

    # -- building

    def build(self) -> float | None:
        """Make and change resources, each after those it needs; then work out the outputs."""
        try:
            template = read(self.stack.intent.template)
            scope = scope_of(self.tx, self.stack, template)
            wanted = [r for r in template.resources.values() if holds(scope, r.condition)]
        except TemplateProblem as problem:
            return self._give_up(str(problem))
        rows = {row.logical: row for row in self._rows() if not row.replaced}
        begun = 0
        progress = True
        while progress and begun < AT_ONCE:
            progress = False
            for resource in wanted:
                row = rows.get(resource.name)
                if row is not None and self._is_done(row):
                    continue
                needs = [n for n in template.needs[resource.name] if self._is_wanted(n, wanted)]
                if not all(n in rows and self._is_done(rows[n]) for n in needs):
                    continue
                after = self._step(scope, resource, row, tuple(needs))
                rows[resource.name] = after
                if after.status.endswith("FAILED"):
                    return self._failed(after)
                if self._is_done(after):
                    progress = True
                    scope.physical[after.logical] = after.physical
                    scope.attributes[after.logical] = json.loads(after.attributes)
                begun += after is not row and after.since == self.moment.now
        if all(r.name in rows and self._is_done(rows[r.name]) for r in wanted):
            return self._finish_build(scope, template)
        return self.moment.now if begun >= AT_ONCE else self.moment.now + LOOK_AGAIN

    def _is_wanted(self, name: str, wanted: list[Resource]) -> bool:
        return any(resource.name == name for resource in wanted)

    def _rows(self) -> list[StackResource]:
        return self.tx.where(StackResource, stack=self.stack.id)

    def _is_done(self, row: StackResource) -> bool:
        return row.operation == self.stack.operation and row.status in (
            "CREATE_COMPLETE",
            "UPDATE_COMPLETE",
        )

    def _step(
        self, scope: Scope, resource: Resource, row: StackResource | None, needs: tuple[str, ...]
    ) -> StackResource:
        """The resource one step further."""
        waiting = (
            row is not None
            and row.operation == self.stack.operation
            and row.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
        )
        if row is not None and waiting:
            return self._await(row, TYPES[row.type])
        try:
            properties = resolve(scope, dict(resource.properties))
        except TemplateProblem as problem:
            return self._put(self._fresh(resource, row, needs, {}), "CREATE_FAILED", str(problem))
        kind = TYPES.get(resource.type)
        if kind is None:
            return self._put(
                self._fresh(resource, row, needs, properties),
                "CREATE_FAILED",
                f"Resource type {resource.type} is not supported by Seaway yet.",
            )
        if row is None or not row.physical or row.status.startswith("DELETE"):
            return self._create(resource, row, needs, properties, kind)
        old = json.loads(row.properties)
        if row.type == resource.type and old == json.loads(json.dumps(properties)):
            same = replace(
                row,
                operation=self.stack.operation,
                status=row.status.replace("FAILED", "COMPLETE"),
                needs=needs,
                policy=resource.deletion_policy,
            )
            self.tx.put(same)
            return same
        changed = {n for n in {*old, *properties} if old.get(n) != properties.get(n)}
        if row.type != resource.type or not changed <= kind.mutable:
            self._set_aside(row, resource)
            return self._create(resource, None, needs, properties, kind)
        return self._update(resource, row, needs, properties, kind, old)

    def _fresh(
        self,
        resource: Resource,
        row: StackResource | None,
        needs: tuple[str, ...],
        properties: Any,
    ) -> StackResource:
        """The resource's row for this operation; a fresh one has nothing physical yet."""
        held = row if row is not None and row.type == resource.type else None
        return StackResource(
            key=resource_key(self.stack.id, resource.name),
            stack=self.stack.id,
            logical=resource.name,
            type=resource.type,
            status="",
            updated_at=self.moment.now,
            operation=self.stack.operation,
            physical=held.physical if held else "",
            properties=json.dumps(properties),
            attributes=held.attributes if held else "{}",
            needs=needs,
            policy=resource.deletion_policy,
            since=self.moment.now,
        )

    def _work(self, row: StackResource) -> Work:
        return Work(
            tx=self.tx,
            place=self.place,
            moment=self.moment,
            invoke=self.invoke,
            stack_name=self.stack.name,
            logical=row.logical,
            properties=json.loads(row.properties),
            stack_tags=self.stack.intent.tags,
            physical=row.physical,
            attributes=json.loads(row.attributes),
            since=row.since,
        )

    def _create(
        self,
        resource: Resource,
        row: StackResource | None,
        needs: tuple[str, ...],
        properties: Any,
        kind: Kind,
    ) -> StackResource:
        fresh = replace(self._fresh(resource, None, needs, properties))
        begun = self._put(fresh, "CREATE_IN_PROGRESS")
        work = self._work(begun)
        try:
            made = _checked(lambda: kind.create(work), resource)
        except Refused as refusal:
            half = _taken(begun, work.begun[-1]) if work.begun else begun
            return self._put(half, "CREATE_FAILED", _said(refusal))
        said = made.note or "Resource creation Initiated"
        begun = self._put(_taken(begun, made), "CREATE_IN_PROGRESS", said)
        return self._await(begun, kind)

    def _update(
        self,
        resource: Resource,
        row: StackResource,
        needs: tuple[str, ...],
        properties: Any,
        kind: Kind,
        old: Any,
    ) -> StackResource:
        begun = self._put(self._fresh(resource, row, needs, properties), "UPDATE_IN_PROGRESS")
        try:
            made = _checked(lambda: kind.update(self._work(begun), old), resource)
        except Refused as refusal:
            # What the resource really is stays on record, so that rolling back compares with it.
            return self._put(
                replace(begun, properties=row.properties), "UPDATE_FAILED", _said(refusal)
            )
        begun = _taken(begun, made)
        if made.note:
            begun = self._put(begun, begun.status, made.note)
        self.tx.put(begun)
        return self._await(begun, kind)

    def _await(self, row: StackResource, kind: Kind) -> StackResource:
        verb = row.status.split("_", 1)[0]
        try:
            ready = kind.ready(self._work(row))
        except Refused as refusal:
            return self._put(row, f"{verb}_FAILED", _said(refusal))
        if isinstance(ready, Made):
            return self._put(_taken(row, ready), f"{verb}_COMPLETE")
        if ready:
            return self._put(row, f"{verb}_COMPLETE")
        if self.moment.now - row.since > LONGEST_WAIT:
            return self._put(
                row, f"{verb}_FAILED", f"Resource {row.physical} did not stabilize in time."
            )
        return row

    def _put(self, row: StackResource, status: str, reason: str | None = None) -> StackResource:
        row = replace(row, status=status, reason=reason, updated_at=self.moment.now)
        self.tx.put(row)
        note(self.tx, self.stack, row, self.moment)
        return row

    def _set_aside(self, row: StackResource, resource: Resource) -> None:
        self.tx.drop(row)
        key = f"{row.key}|{row.physical}"
        self.tx.put(replace(row, key=key, replaced=True, policy=resource.replace_policy))

    def _finish_build(self, scope: Scope, template: Template) -> float | None:
        try:
            outputs = self._outputs(scope, template)
            for resource in template.resources.values():
                if holds(scope, resource.condition):
                    resolve(scope, dict(resource.properties))
        except TemplateProblem as problem:
            return self._give_up(str(problem))
        kept = {(output.export, output.value) for output in outputs}
        problem_text = self._in_use(
            {o.export for o in self.stack.outputs if (o.export, o.value) not in kept}, "updated"
        )
        if problem_text:
            return self._give_up(problem_text)
        imports = tuple(sorted(scope.imported))
        self.stack = replace(self.stack, outputs=outputs, imports=imports)
        verb = self.stack.status.removesuffix("_IN_PROGRESS")
        if verb == "CREATE":
            self._say("CREATE_COMPLETE")
            return None
        self._say(f"{verb}_COMPLETE_CLEANUP_IN_PROGRESS")
        return self.moment.now

    def _outputs(self, scope: Scope, template: Template) -> tuple[StackOutput, ...]:
        others = {
            name: owner
            for name, (owner, _) in exports_of(self.tx, self.place).items()
            if owner != self.stack.id
        }
        outputs = []
        for output in template.outputs.values():
            if not holds(scope, output.condition):
                continue
            value = resolve(scope, output.value)
            if value is NO_VALUE or isinstance(value, (list, dict)):
                raise TemplateProblem(
                    "Template format error: The Value field of every Outputs member must "
                    f"evaluate to a String: {output.name}"
                )
            name = as_text(resolve(scope, output.export)) if output.export else None
            if name in others:
                raise TemplateProblem(
                    f"Export with name {name} is already exported by stack {others[name]}"
                )
            outputs.append(
                StackOutput(
                    key=output.name,
                    value=as_text(value),
                    description=output.description,
                    export=name,
                )
            )
        return tuple(outputs)

    def _in_use(self, exports: set[str | None], what: str) -> str | None:
        """Why these exports must stay as they are: another stack imports one."""
        for other in self.tx.where(Stack):
            here = (other.account, other.region) == (self.place.account, self.place.region)
            if not here or other.is_gone or other.id == self.stack.id:
                continue
            for name in other.imports:
                if name in exports:
                    return f"Export {name} cannot be {what} as it is in use by {other.name}"
        return None

    # -- what did not work

    def _failed(self, row: StackResource) -> float | None:
        verb = self.stack.status.removesuffix("_IN_PROGRESS")
        word = "create" if row.status.startswith("CREATE") else "update"
        return self._give_up(f"The following resource(s) failed to {word}: [{row.logical}]. ", verb)

    def _give_up(self, reason: str, verb: str | None = None) -> float | None:
        verb = verb or self.stack.status.removesuffix("_IN_PROGRESS")
        if verb == "UPDATE_ROLLBACK":
            self._say("UPDATE_ROLLBACK_FAILED", reason)
            return None
        if self.stack.on_failure == "DO_NOTHING":
            self._say(f"{verb}_FAILED", reason)
            return None
        if verb == "UPDATE":
            self.stack = replace(
                self.stack,
                intent=self.stack.previous or self.stack.intent,
                operation=self.stack.operation + 1,
            )
            self._say("UPDATE_ROLLBACK_IN_PROGRESS", reason)
            return self.moment.now
        following = "DELETE" if self.stack.on_failure == "DELETE" else "ROLLBACK"
        self._say(f"{following}_IN_PROGRESS", f"{reason}Rollback requested by user.")
        return self.moment.now

    def _say(self, status: str, reason: str | None = None) -> None:
        self.stack = replace(self.stack, status=status, reason=reason)
        self.tx.put(self.stack)
        note(self.tx, self.stack, None, self.moment)

    # -- taking down

    def take_down(self) -> float | None:
        """Delete every resource, each before those it needs; then the stack is done."""
        verb = self.stack.status.removesuffix("_IN_PROGRESS")
        used = self._in_use({output.export for output in self.stack.outputs}, "deleted")
        if used:
            self._say(f"{verb}_FAILED", used)
            return None
        rows = [row for row in self._rows() if not self._is_over(row)]
        left = self._delete(rows)
        if left is not None:
            return left
        broken = [row.logical for row in self._rows() if row.status == "DELETE_FAILED"]
        if broken:
            names = ", ".join(broken)
            reason = f"The following resource(s) failed to delete: [{names}]. "
            self._say(f"{verb}_FAILED", reason)
            return None
        if verb == "DELETE":
            self.stack = replace(self.stack, deleted_at=self.moment.now, outputs=())
        self._say(f"{verb}_COMPLETE")
        return None

    def clean_up(self) -> float | None:
        """Delete what was replaced and what the template no longer has."""
        try:
            template = read(self.stack.intent.template)
            scope = scope_of(self.tx, self.stack, template)
            wanted = {r.name for r in template.resources.values() if holds(scope, r.condition)}
        except TemplateProblem as problem:
            return self._give_up(str(problem))
        going = [row for row in self._rows() if row.replaced or row.logical not in wanted]
        left = self._delete([row for row in going if not self._is_over(row)])
        if left is not None:
            return left
        for row in self._rows():
            if row.replaced or row.logical not in wanted:
                self.tx.drop(row)
        self.stack = replace(self.stack, previous=None)
        self._say(self.stack.status.replace("_CLEANUP_IN_PROGRESS", ""))
        return None

    def _is_over(self, row: StackResource) -> bool:
        return row.status in ("DELETE_COMPLETE", "DELETE_SKIPPED") or (
            row.status == "DELETE_FAILED" and row.operation == self.stack.operation
        )

    def _delete(self, rows: list[StackResource]) -> float | None:
        """Delete what nothing left needs; when to go on, None when all of it is over."""
        left = {row.key: row for row in rows}
        progress = True
        while progress:
            progress = False
            for row in list(left.values()):
                if any(row.logical in other.needs for other in left.values() if other is not row):
                    continue
                after = self._delete_one(row)
                if self._is_over(after):
                    del left[row.key]
                    progress = True
                else:
                    left[row.key] = after
        return self.moment.now + LOOK_AGAIN if left else None

    def _delete_one(self, row: StackResource) -> StackResource:
        row = replace(row, operation=self.stack.operation)
        if row.status != "DELETE_IN_PROGRESS":
            creating = self.stack.status == "ROLLBACK_IN_PROGRESS"
            retained = row.logical in self.stack.retain
            if retained or (row.policy == "Retain" and not creating and row.physical):
                return self._put(row, "DELETE_SKIPPED")
            if not row.physical:
                return self._put(row, "DELETE_COMPLETE")
            row = self._put(replace(row, since=self.moment.now, asked=False), "DELETE_IN_PROGRESS")
        kind, work = TYPES[row.type], self._work(row)
        try:
            if not row.asked:
                kind.delete(work)
                row = replace(row, asked=True)
                self.tx.put(row)
            if kind.gone(work):
                return self._put(row, "DELETE_COMPLETE")
        except Refused as refusal:
            if refusal.is_absence:
                return self._put(row, "DELETE_COMPLETE")
            # Something that is itself on its way out may still use it.
            if self.moment.now - row.since > PATIENCE:
                return self._put(row, "DELETE_FAILED", _said(refusal))
            self.tx.put(replace(row, reason=_said(refusal)))
        return row


def _checked(step: Callable[[], Made], resource: Resource) -> Made:
    """What the step makes; properties it cannot read are a refusal, and told in the log."""
    try:
        return step()
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        log.exception("the properties of %s cannot be read", resource.name)
        raise Refused(
            "ValidationError",
            f"Properties validation failed for resource {resource.name}: {error!r}",
        ) from error


def _taken(row: StackResource, made: Made) -> StackResource:
    return replace(row, physical=made.physical, attributes=json.dumps(made.attributes))


def _said(refusal: Refused) -> str:
    return f"{refusal.message} (Error code: {refusal.code})"

"""What stacks are, have and went through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import ValidationError
from seaway.aws.cloudformation.lookup import (
    own_stacks,
    paged,
    shown_parameters,
    shown_tags,
    stack_of,
)
from seaway.aws.cloudformation.templates import readable, summary_of, text_of
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.stack import Stack, StackEvent, StackOutput, StackResource
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudformation as shapes


@operation("cloudformation")
def describe_stacks(
    tx: Transaction, call: Call, request: shapes.DescribeStacksInput
) -> shapes.DescribeStacksOutput:
    """One stack, deleted ones by ARN; or all that are not deleted (DescribeStacks)."""
    if request.get("StackName"):
        return {"Stacks": [_render(stack_of(tx, call, request["StackName"]))]}
    stacks = [stack for stack in own_stacks(tx, call) if not stack.is_gone]
    some, token = paged(stacks, request, "DescribeStacks")
    answer: shapes.DescribeStacksOutput = {"Stacks": [_render(stack) for stack in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _render(stack: Stack) -> shapes.Stack:
    row: shapes.Stack = {
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": instant(stack.created_at),
        "StackStatus": stack.status,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "RollbackConfiguration": {},
        "NotificationARNs": list(stack.notifications),
        "Capabilities": list(stack.capabilities),
        "Tags": shown_tags(stack.intent.tags),
        "EnableTerminationProtection": stack.protected,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }
    if stack.intent.template:
        template = readable(stack.intent.template)
        row["Parameters"] = shown_parameters(template, stack.intent)
    if stack.outputs:
        row["Outputs"] = [_render_output(output) for output in stack.outputs]
    if stack.description:
        row["Description"] = stack.description
    if stack.reason:
        row["StackStatusReason"] = stack.reason
    if stack.updated_at:
        row["LastUpdatedTime"] = instant(stack.updated_at)
    if stack.deleted_at:
        row["DeletionTime"] = instant(stack.deleted_at)
    if stack.role:
        row["RoleARN"] = stack.role
    if stack.change_set:
        row["ChangeSetId"] = stack.change_set
    return row


def _render_output(output: StackOutput) -> shapes.Output:
    row: shapes.Output = {"OutputKey": output.key, "OutputValue": output.value}
    if output.description:
        row["Description"] = output.description
    if output.export:
        row["ExportName"] = output.export
    return row


@operation("cloudformation")
def list_stacks(
    tx: Transaction, call: Call, request: shapes.ListStacksInput
) -> shapes.ListStacksOutput:
    """All stacks, deleted ones too (CloudFormation API: ListStacks)."""
    wanted = request.get("StackStatusFilter")
    stacks = [s for s in own_stacks(tx, call) if not wanted or s.status in wanted]
    some, token = paged(stacks, request, "ListStacks")
    rows: list[shapes.StackSummary] = []
    for stack in some:
        row: shapes.StackSummary = {
            "StackId": stack.id,
            "StackName": stack.name,
            "CreationTime": instant(stack.created_at),
            "StackStatus": stack.status,
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
        }
        if stack.description:
            row["TemplateDescription"] = stack.description
        if stack.reason:
            row["StackStatusReason"] = stack.reason
        if stack.updated_at:
            row["LastUpdatedTime"] = instant(stack.updated_at)
        if stack.deleted_at:
            row["DeletionTime"] = instant(stack.deleted_at)
        rows.append(row)
    answer: shapes.ListStacksOutput = {"StackSummaries": rows}
    if token:
        answer["NextToken"] = token
    return answer


@operation("cloudformation")
def describe_stack_events(
    tx: Transaction, call: Call, request: shapes.DescribeStackEventsInput
) -> shapes.DescribeStackEventsOutput:
    """The stack's story, newest first (CloudFormation API: DescribeStackEvents)."""
    stack = stack_of(tx, call, request.get("StackName"))
    events = list(reversed(tx.where(StackEvent, stack=stack.id)))
    some, token = paged(events, request, f"DescribeStackEvents {stack.id}")
    answer: shapes.DescribeStackEventsOutput = {"StackEvents": [_render_event(e) for e in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _render_event(event: StackEvent) -> shapes.StackEvent:
    row: shapes.StackEvent = {
        "StackId": event.stack,
        "EventId": event.id,
        "StackName": event.stack_name,
        "LogicalResourceId": event.logical,
        "PhysicalResourceId": event.physical,
        "ResourceType": event.type,
        "Timestamp": instant(event.at),
        "ResourceStatus": event.status,
    }
    if event.reason:
        row["ResourceStatusReason"] = event.reason
    if event.properties:
        row["ResourceProperties"] = event.properties
    if event.token:
        row["ClientRequestToken"] = event.token
    return row


def _rows(tx: Transaction, stack: Stack) -> list[StackResource]:
    rows = [row for row in tx.where(StackResource, stack=stack.id) if not row.replaced]
    return sorted(rows, key=lambda row: row.logical)


@operation("cloudformation")
def describe_stack_resources(
    tx: Transaction, call: Call, request: shapes.DescribeStackResourcesInput
) -> shapes.DescribeStackResourcesOutput:
    """A stack's resources, or the stack's that has this one (DescribeStackResources)."""
    physical = request.get("PhysicalResourceId")
    if request.get("StackName"):
        stack = stack_of(tx, call, request["StackName"])
    else:
        owners = [
            stack
            for stack in own_stacks(tx, call)
            if not stack.is_gone and any(row.physical == physical for row in _rows(tx, stack))
        ]
        if not owners:
            raise ValidationError(f"Stack for {physical} does not exist")
        stack = owners[0]
    logical = request.get("LogicalResourceId")
    rows: list[shapes.StackResource] = []
    for found in _rows(tx, stack):
        if logical in (None, found.logical):
            row: shapes.StackResource = {
                "StackName": stack.name,
                "StackId": stack.id,
                "LogicalResourceId": found.logical,
                "PhysicalResourceId": found.physical,
                "ResourceType": found.type,
                "Timestamp": instant(found.updated_at),
                "ResourceStatus": found.status,
                "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
            }
            if found.reason:
                row["ResourceStatusReason"] = found.reason
            rows.append(row)
    return {"StackResources": rows}


@operation("cloudformation")
def describe_stack_resource(
    tx: Transaction, call: Call, request: shapes.DescribeStackResourceInput
) -> shapes.DescribeStackResourceOutput:
    """CloudFormation API: DescribeStackResource."""
    stack = stack_of(tx, call, request["StackName"])
    logical = request["LogicalResourceId"]
    for found in _rows(tx, stack):
        if found.logical == logical:
            detail: shapes.StackResourceDetail = {
                "StackName": stack.name,
                "StackId": stack.id,
                "LogicalResourceId": found.logical,
                "PhysicalResourceId": found.physical,
                "ResourceType": found.type,
                "LastUpdatedTimestamp": instant(found.updated_at),
                "ResourceStatus": found.status,
                "Metadata": "{}",
                "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
            }
            if found.reason:
                detail["ResourceStatusReason"] = found.reason
            return {"StackResourceDetail": detail}
    raise ValidationError(f"Resource {logical} does not exist for stack {stack.name}")


@operation("cloudformation")
def list_stack_resources(
    tx: Transaction, call: Call, request: shapes.ListStackResourcesInput
) -> shapes.ListStackResourcesOutput:
    """CloudFormation API: ListStackResources."""
    stack = stack_of(tx, call, request["StackName"])
    some, token = paged(_rows(tx, stack), request, f"ListStackResources {stack.id}")
    rows: list[shapes.StackResourceSummary] = []
    for found in some:
        row: shapes.StackResourceSummary = {
            "LogicalResourceId": found.logical,
            "PhysicalResourceId": found.physical,
            "ResourceType": found.type,
            "LastUpdatedTimestamp": instant(found.updated_at),
            "ResourceStatus": found.status,
            "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        }
        if found.reason:
            row["ResourceStatusReason"] = found.reason
        rows.append(row)
    answer: shapes.ListStackResourcesOutput = {"StackResourceSummaries": rows}
    if token:
        answer["NextToken"] = token
    return answer


@operation("cloudformation")
def get_template(
    tx: Transaction, call: Call, request: shapes.GetTemplateInput
) -> shapes.GetTemplateOutput:
    """The template as it was given (CloudFormation API: GetTemplate)."""
    stack = stack_of(tx, call, request.get("StackName"))
    return {
        "TemplateBody": stack.intent.template,
        "StagesAvailable": ["Original", "Processed"],
    }


@operation("cloudformation")
def get_template_summary(
    tx: Transaction, call: Call, request: shapes.GetTemplateSummaryInput
) -> shapes.GetTemplateSummaryOutput:
    """CloudFormation API: GetTemplateSummary."""
    if request.get("StackName"):
        text = stack_of(tx, call, request["StackName"]).intent.template
    else:
        text = text_of(tx, call, request)
    return summary_of(readable(text))


@operation("cloudformation")
def list_exports(
    tx: Transaction, call: Call, request: shapes.ListExportsInput
) -> shapes.ListExportsOutput:
    """What stacks export (CloudFormation API: ListExports)."""
    rows: list[shapes.Export] = [
        {"ExportingStackId": stack.id, "Name": output.export, "Value": output.value}
        for stack in own_stacks(tx, call)
        if not stack.is_gone
        for output in stack.outputs
        if output.export
    ]
    some, token = paged(sorted(rows, key=lambda row: row["Name"]), request, "ListExports")
    answer: shapes.ListExportsOutput = {"Exports": list(some)}
    if token:
        answer["NextToken"] = token
    return answer

"""AWS::ECR and AWS::Logs resources."""

from __future__ import annotations

from seaway.reconcile.stack_types.kinds import (
    Kind,
    Made,
    Properties,
    Work,
    as_json,
    unchanged,
)


def _create_repository(work: Work) -> Made:
    rest = work.without(
        "RepositoryName", "Tags", "EmptyOnDelete", "LifecyclePolicy", "RepositoryPolicyText"
    )
    name = work.get("RepositoryName") or work.name("RepositoryName").lower()
    made = work("ecr", "CreateRepository", repositoryName=name, tags=work.tags(), **rest)
    work.there(name)
    note = _repository_policies(work, name)
    repository = made["repository"]
    uri, arn = repository["repositoryUri"], repository["repositoryArn"]
    return Made(name, {"Arn": arn, "RepositoryUri": uri}, note=note)


def _repository_policies(work: Work, name: str) -> str:
    """Set the policy; gives what the stack's story has to tell."""
    if work.get("RepositoryPolicyText"):
        text = as_json(work.get("RepositoryPolicyText"))
        work("ecr", "SetRepositoryPolicy", repositoryName=name, policyText=text)
    expires = bool(work.get("LifecyclePolicy"))
    return "Without effect in Seaway: LifecyclePolicy: no image expires" if expires else ""


def _update_repository(work: Work, old: Properties) -> Made:
    note = _repository_policies(work, work.physical)
    return Made(work.physical, dict(work.attributes), note=note)


REPOSITORY = Kind(
    create=_create_repository,
    update=_update_repository,
    mutable=frozenset({"LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete"}),
    delete=lambda work: work(
        "ecr",
        "DeleteRepository",
        repositoryName=work.physical,
        force=str(work.get("EmptyOnDelete", False)).lower() == "true",
    ),
)


def _create_log_group(work: Work) -> Made:
    work.only("LogGroupName", "RetentionInDays", "Tags")
    name = work.name("LogGroupName", 512)
    tags = {tag["Key"]: tag["Value"] for tag in work.tags() or ()}
    work("logs", "CreateLogGroup", logGroupName=name, tags=tags or None)
    work.there(name)
    _retention(work, name)
    place = work.place
    return Made(name, {"Arn": f"{place.arn('logs', f'log-group:{name}')}:*"})


def _retention(work: Work, name: str) -> None:
    days = work.get("RetentionInDays")
    if days is not None:
        work("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)


def _update_log_group(work: Work, old: Properties) -> Made:
    _retention(work, work.physical)
    if "RetentionInDays" in old and "RetentionInDays" not in work.properties:
        work("logs", "DeleteRetentionPolicy", logGroupName=work.physical)
    return unchanged(work)


LOG_GROUP = Kind(
    create=_create_log_group,
    update=_update_log_group,
    mutable=frozenset({"RetentionInDays"}),
    delete=lambda work: work("logs", "DeleteLogGroup", logGroupName=work.physical),
)


TYPES = {
    "AWS::ECR::Repository": REPOSITORY,
    "AWS::Logs::LogGroup": LOG_GROUP,
}

from __future__ import annotations

import pytest

from tests.aws.ecs.story import an_ecs, refusal
from tests.builders import a_cluster, a_service, a_task, a_task_definition, an_instance


@pytest.mark.parametrize(
    "noun", [a_cluster(), a_service(), a_task(), a_task_definition(), an_instance()]
)
def test_every_resource_is_tagged_and_untagged_by_its_arn(noun: object) -> None:
    ecs = an_ecs()
    ecs.put(noun)
    arn = noun.arn  # type: ignore[attr-defined]
    ecs.TagResource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    ecs.TagResource(resourceArn=arn, tags=[{"key": "a", "value": "3"}])
    ecs.UntagResource(resourceArn=arn, tagKeys=["b", "none"])
    assert ecs.ListTagsForResource(resourceArn=arn)["tags"] == [{"key": "a", "value": "3"}]


def test_reserved_keys_and_unknown_resources_are_refused() -> None:
    ecs = an_ecs()
    reserved = [{"key": "aws:x", "value": ""}]
    arn = a_cluster().arn
    assert refusal(lambda: ecs.TagResource(resourceArn=arn, tags=reserved))[0] == (
        "InvalidParameterException"
    )
    many = [{"key": str(n), "value": ""} for n in range(51)]
    assert "50" in refusal(lambda: ecs.TagResource(resourceArn=arn, tags=many))[1]
    gone = a_cluster("gone").arn
    assert refusal(lambda: ecs.ListTagsForResource(resourceArn=gone))[0] == (
        "ClusterNotFoundException"
    )
    nobody = a_service().arn
    assert refusal(lambda: ecs.ListTagsForResource(resourceArn=nobody))[0] == (
        "ResourceNotFoundException"
    )
    assert refusal(lambda: ecs.ListTagsForResource(resourceArn="arn:aws:s3:::b"))[0] == (
        "InvalidParameterException"
    )

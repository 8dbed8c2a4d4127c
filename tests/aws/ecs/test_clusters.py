from __future__ import annotations

import pytest

from seaway.core.cluster import Cluster
from seaway.core.discovery import Namespace
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.builders import a_cluster, a_namespace, a_service, a_task, an_instance


def test_a_cluster_without_a_name_is_called_default() -> None:
    ecs = Ecs()
    cluster = ecs.CreateCluster()["cluster"]
    assert cluster["clusterName"] == "default"
    assert cluster["status"] == "ACTIVE"
    assert ecs.DescribeClusters()["clusters"][0]["clusterArn"] == cluster["clusterArn"]


def test_creating_a_cluster_that_is_there_gives_it_back() -> None:
    ecs = Ecs()
    first = ecs.CreateCluster(clusterName="a", tags=[{"key": "k", "value": "v"}])["cluster"]
    assert ecs.CreateCluster(clusterName="a")["cluster"] == first
    assert ecs.ListClusters()["clusterArns"] == [first["clusterArn"]]


def test_an_unknown_namespace_name_as_default_makes_an_http_namespace() -> None:
    ecs = Ecs()
    cluster = ecs.CreateCluster(serviceConnectDefaults={"namespace": "shop"})["cluster"]
    (namespace,) = ecs.all(Namespace)
    assert (namespace.name, namespace.type, namespace.creator_request) == ("shop", "HTTP", "shop")
    assert cluster["serviceConnectDefaults"] == {"namespace": namespace.arn}
    assert cluster["attachments"][0]["type"] == "sc"


def test_a_known_namespace_is_used_and_none_is_made() -> None:
    ecs = Ecs()
    ecs.put(a_namespace())
    cluster = ecs.CreateCluster(serviceConnectDefaults={"namespace": "shop"})["cluster"]
    assert cluster["serviceConnectDefaults"]["namespace"] == a_namespace().arn
    assert len(ecs.all(Namespace)) == 1
    assert "attachments" not in cluster


def test_an_unknown_namespace_arn_is_refused_and_no_cluster_is_made() -> None:
    ecs = Ecs()
    wanted = {"namespace": a_namespace().arn}
    assert refusal(lambda: ecs.CreateCluster(serviceConnectDefaults=wanted)) == (
        "NamespaceNotFoundException",
        "The specified namespace wasn't found.",
    )
    assert ecs.all(Cluster) == []


@pytest.mark.parametrize("name", ["a/b", "a<b", 'a"b', "n" * 1025])
def test_a_default_namespace_has_a_name_ecs_takes(name: str) -> None:
    ecs = Ecs()
    code, _ = refusal(lambda: ecs.CreateCluster(serviceConnectDefaults={"namespace": name}))
    assert code == "InvalidParameterException"
    assert ecs.all(Namespace) == ecs.all(Cluster) == []


def test_an_empty_namespace_takes_the_default_away_and_leaves_the_namespace() -> None:
    ecs = Ecs()
    ecs.CreateCluster(serviceConnectDefaults={"namespace": "shop"})
    cluster = ecs.UpdateCluster(cluster="default", serviceConnectDefaults={"namespace": ""})
    assert "serviceConnectDefaults" not in cluster["cluster"]
    assert len(ecs.all(Namespace)) == 1


def test_describe_shows_parts_on_demand_and_names_what_is_missing() -> None:
    ecs = an_ecs()
    ecs.put(a_task(1), a_task(2, launch_type="FARGATE"), a_service(), an_instance())
    answer = ecs.DescribeClusters(
        clusters=["default", "none"], include=["SETTINGS", "STATISTICS", "TAGS"]
    )
    (cluster,) = answer["clusters"]
    assert cluster["pendingTasksCount"] == 2
    assert cluster["activeServicesCount"] == 1
    assert cluster["registeredContainerInstancesCount"] == 1
    assert {"name": "pendingFargateTasksCount", "value": "1"} in cluster["statistics"]
    assert cluster["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert answer["failures"] == [
        {"arn": "arn:aws:ecs:us-east-1:000000000000:cluster/none", "reason": "MISSING"}
    ]


@pytest.mark.parametrize(
    ("noun", "code"),
    [
        (a_service(), "ClusterContainsServicesException"),
        (a_task(), "ClusterContainsTasksException"),
        (an_instance(), "ClusterContainsContainerInstancesException"),
    ],
)
def test_a_cluster_that_is_in_use_is_not_deleted(noun: object, code: str) -> None:
    ecs = an_ecs()
    ecs.put(noun)
    assert refusal(lambda: ecs.DeleteCluster(cluster="default"))[0] == code


def test_a_deleted_cluster_is_described_inactive_but_not_listed_nor_used() -> None:
    ecs = an_ecs()
    assert ecs.DeleteCluster(cluster="default")["cluster"]["status"] == "INACTIVE"
    assert ecs.ListClusters()["clusterArns"] == []
    assert ecs.DescribeClusters()["clusters"][0]["status"] == "INACTIVE"
    assert refusal(lambda: ecs.serve()) == (
        "ClusterNotFoundException",
        "The referenced cluster was inactive.",
    )
    assert ecs.CreateCluster()["cluster"]["status"] == "ACTIVE"


def test_an_unknown_cluster_is_refused() -> None:
    assert refusal(lambda: Ecs().ListTasks(cluster="none")) == (
        "ClusterNotFoundException",
        "Cluster not found.",
    )


def test_clusters_are_listed_in_pages() -> None:
    ecs = Ecs()
    ecs.put(*(a_cluster(f"c{n}") for n in range(5)))
    first = ecs.ListClusters(maxResults=3)
    rest = ecs.ListClusters(maxResults=3, nextToken=first["nextToken"])
    names = [arn.rsplit("/")[-1] for arn in first["clusterArns"] + rest["clusterArns"]]
    assert names == ["c0", "c1", "c2", "c3", "c4"]
    assert "nextToken" not in rest
    token = first["nextToken"]
    assert refusal(lambda: ecs.ListServices(cluster="c0", nextToken=token))[0] == (
        "InvalidParameterException"
    )


def test_container_insights_is_switched_on_but_not_with_enhanced_observability() -> None:
    ecs = Ecs()
    settings = [{"name": "containerInsights", "value": "enabled"}]
    assert ecs.CreateCluster(settings=settings)["cluster"]["settings"] == settings
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    code, text = refusal(lambda: ecs.CreateCluster(clusterName="other", settings=settings))
    assert code == "ClientException"
    assert "containerInsights enhanced is not supported by Seaway yet." in text


def test_a_faithful_cluster_says_so_once_somebody_has_said_it() -> None:
    ecs = Ecs()
    plain = ecs.CreateCluster(clusterName="plain")["cluster"]
    assert plain["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    settings = [{"name": "faithful", "value": "enabled"}]
    made = ecs.CreateCluster(settings=settings)["cluster"]
    assert made["settings"] == [*plain["settings"], *settings]
    assert "faithful" not in str(ecs.DescribeClusters()["clusters"][0])
    (shown,) = ecs.DescribeClusters(include=["SETTINGS"])["clusters"]
    assert shown["settings"] == made["settings"]
    assert sorted(cluster.faithful for cluster in ecs.all(Cluster)) == [False, True]


@pytest.mark.parametrize("operation", ["UpdateCluster", "UpdateClusterSettings"])
def test_a_setting_is_changed_and_the_others_stay(operation: str) -> None:
    ecs = Ecs()
    ecs.CreateCluster(settings=[{"name": "faithful", "value": "enabled"}])
    change = getattr(ecs, operation)
    insights = [{"name": "containerInsights", "value": "disabled"}]
    change(cluster="default", settings=insights)
    assert ecs.all(Cluster)[0].faithful
    after = change(cluster="default", settings=[{"name": "faithful", "value": "disabled"}])
    assert after["cluster"]["settings"] == [*insights, {"name": "faithful", "value": "disabled"}]
    assert not ecs.all(Cluster)[0].faithful


@pytest.mark.parametrize("setting", [("faithful", "perhaps"), ("faith", "enabled")])
def test_an_unknown_setting_or_value_is_refused(setting: tuple[str, str]) -> None:
    settings = [{"name": setting[0], "value": setting[1]}]
    code, text = refusal(lambda: Ecs().CreateCluster(settings=settings))
    assert code == "InvalidParameterException"
    assert text.startswith("Invalid setting ")


def test_providers_and_the_default_strategy_are_put_together() -> None:
    ecs = an_ecs()
    strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 2}]
    cluster = ecs.PutClusterCapacityProviders(
        cluster="default",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=strategy,
    )["cluster"]
    assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert cluster["defaultCapacityProviderStrategy"] == strategy


def test_a_strategy_names_only_providers_of_the_cluster() -> None:
    ecs = an_ecs()
    code, text = refusal(
        lambda: ecs.PutClusterCapacityProviders(
            cluster="default",
            capacityProviders=["FARGATE"],
            defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        )
    )
    assert code == "InvalidParameterException"
    assert "not associated with the cluster" in text


def test_an_unknown_provider_is_refused() -> None:
    ecs = an_ecs()
    code, text = refusal(
        lambda: ecs.PutClusterCapacityProviders(
            cluster="default", capacityProviders=["mine"], defaultCapacityProviderStrategy=[]
        )
    )
    assert (code, text[:50]) == (
        "InvalidParameterException",
        "The specified capacity provider does not exist. Sp",
    )


def test_a_provider_with_tasks_is_not_taken_away() -> None:
    ecs = Ecs()
    ecs.put(
        a_cluster(capacity_providers=("FARGATE",)),
        a_task(launch_type="FARGATE", capacity_provider="FARGATE"),
    )
    assert (
        refusal(
            lambda: ecs.PutClusterCapacityProviders(
                cluster="default", capacityProviders=[], defaultCapacityProviderStrategy=[]
            )
        )[0]
        == "ResourceInUseException"
    )

"""A template's task definition says all that RegisterTaskDefinition can."""

from __future__ import annotations

from seaway.aws import ecs
from seaway.store.resident import Resident
from tests.stacking import Stacking

WHOLE = """
Resources:
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: cats
      Cpu: 256
      Memory: 512
      PidMode: task
      IpcMode: none
      ExecutionRoleArn: arn:aws:iam::000000000000:role/execution
      PlacementConstraints: [{Type: memberOf, Expression: 'attribute:a exists'}]
      Volumes:
        - Name: data
          DockerVolumeConfiguration:
            {Scope: shared, Autoprovision: true, DriverOpts: {type: nfs}, Labels: {A-b: C}}
      ContainerDefinitions:
        - Name: cats
          Image: cats:1
          Secrets: [{Name: KEY, ValueFrom: /cats/key}]
          EnvironmentFiles: [{Type: s3, Value: 'arn:aws:s3:::files/cats.env'}]
          RepositoryCredentials: {CredentialsParameter: registry}
          Links: [router]
          VolumesFrom: [{SourceContainer: router, ReadOnly: true}]
          RestartPolicy: {Enabled: true, RestartAttemptPeriod: '60', IgnoredExitCodes: [0]}
          DockerSecurityOptions: [no-new-privileges]
          DockerLabels: {Team-A: cats}
          ResourceRequirements: [{Type: GPU, Value: '1'}]
          PortMappings: [{ContainerPortRange: 80-82}, {ContainerPort: 53, Protocol: udp}]
          LinuxParameters:
            Devices: [{HostPath: /dev/fuse, Permissions: [read]}]
            Tmpfs: [{ContainerPath: /scratch, Size: 16, MountOptions: [noexec]}]
            MaxSwap: 0
            Swappiness: 10
          LogConfiguration:
            LogDriver: awsfirelens
            Options: {Name: cloudwatch}
            SecretOptions: [{Name: key, ValueFrom: /cats/key}]
        - Name: router
          Image: router:1
          VersionConsistency: enabled
          FirelensConfiguration: {Type: fluentbit, Options: {enable-ecs-log-metadata: 'true'}}
          MountPoints: [{SourceVolume: data, ContainerPath: /data}]
"""


def test_every_field_arrives_as_it_was_said() -> None:
    api = Stacking(ecs.operations(), Resident())
    api.cfn("CreateStack", StackName="net", TemplateBody=WHOLE)
    for _ in range(3):
        api.look()
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"
    definition = api("ecs", "DescribeTaskDefinition", taskDefinition="cats")["taskDefinition"]
    cats, router = definition["containerDefinitions"]
    assert (definition["pidMode"], definition["ipcMode"]) == ("task", "none")
    assert definition["placementConstraints"] == [
        {"type": "memberOf", "expression": "attribute:a exists"}
    ]
    assert definition["volumes"][0]["dockerVolumeConfiguration"] == {
        "scope": "shared",
        "autoprovision": True,
        "driverOpts": {"type": "nfs"},
        "labels": {"A-b": "C"},
    }
    assert cats["secrets"] == [{"name": "KEY", "valueFrom": "/cats/key"}]
    assert cats["environmentFiles"] == [{"type": "s3", "value": "arn:aws:s3:::files/cats.env"}]
    assert cats["repositoryCredentials"] == {"credentialsParameter": "registry"}
    assert cats["volumesFrom"] == [{"sourceContainer": "router", "readOnly": True}]
    assert cats["restartPolicy"] == {
        "enabled": True,
        "restartAttemptPeriod": 60,
        "ignoredExitCodes": [0],
    }
    assert cats["dockerLabels"] == {"Team-A": "cats"}
    assert cats["resourceRequirements"] == [{"type": "GPU", "value": "1"}]
    assert [port.get("containerPortRange") for port in cats["portMappings"]] == ["80-82", None]
    assert cats["linuxParameters"]["tmpfs"] == [
        {"containerPath": "/scratch", "size": 16, "mountOptions": ["noexec"]}
    ]
    assert (cats["linuxParameters"]["maxSwap"], cats["linuxParameters"]["swappiness"]) == (0, 10)
    assert cats["logConfiguration"]["secretOptions"] == [{"name": "key", "valueFrom": "/cats/key"}]
    assert router["firelensConfiguration"] == {
        "type": "fluentbit",
        "options": {"enable-ecs-log-metadata": "true"},
    }
    assert router["versionConsistency"] == "enabled"

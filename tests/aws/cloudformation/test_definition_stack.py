"""A template's task definition says all that RegisterTaskDefinition can, in CloudFormation's words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.cloudformation.stacking import Stacking

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
            {Scope: shared, Autoprovision: true, Driver: local, DriverOpts: {type: nfs}, Labels: {A-b: C}}
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

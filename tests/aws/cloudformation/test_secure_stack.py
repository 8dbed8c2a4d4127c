"""A stack whose load balancers speak TLS, with a certificate that the stack asks for."""

from __future__ import annotations

from dataclasses import replace

from seaway.aws import acm, elbv2
from seaway.core.balancer import Listener, LoadBalancer, TargetGroup
from seaway.core.managed_certificate import ManagedCertificate
from seaway.reconcile import managed_certificates
from tests.stacking import Stacking

DOOR = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: pets.example
      ValidationMethod: DNS
      KeyAlgorithm: EC_prime256v1
      DomainValidationOptions: [{DomainName: pets.example, HostedZoneId: Z1}]
  More:
    Type: AWS::CertificateManager::Certificate
    Properties: {DomainName: dogs.example, KeyAlgorithm: EC_prime256v1}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Type: network, Subnets: [!Ref A]}
  Cats:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref Vpc
      Port: 5432
      Protocol: TCP
      TargetType: ip
      TargetGroupAttributes: [{Key: proxy_protocol_v2.enabled, Value: 'true'}]
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: TLS
      SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06
      AlpnPolicy: [HTTP2Preferred]
      Certificates: [{CertificateArn: !Ref Certificate}]
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Cats}]
      ListenerAttributes: [{Key: tcp.idle_timeout.seconds, Value: '60'}]
  Others:
    Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
    Properties:
      ListenerArn: !Ref Listener
      Certificates: [{CertificateArn: !Ref More}]
"""


class _Signing(Stacking):
    def look(self) -> list[float]:
        wakes = super().look()
        with self.store.transaction() as tx:
            for key in managed_certificates.all_keys(tx):
                managed_certificates.reconcile(tx, key, self.moment)
        with self.store.transaction() as tx:
            for lb in tx.where(LoadBalancer):
                tx.put(replace(lb, state="active"))
        return wakes


def test_a_stack_may_ask_for_its_certificates() -> None:
    world = _Signing([*acm.operations(), *elbv2.operations()])
    world.cfn("CreateStack", StackName="net", TemplateBody=DOOR)
    world.settle()
    assert world.stack()["StackStatus"] == "CREATE_COMPLETE"
    with world.store.transaction() as tx:
        (listener,) = tx.where(Listener)
        certificates = {one.domain: one.arn for one in tx.where(ManagedCertificate)}
        (group,) = tx.where(TargetGroup)
    assert listener.certificates == (certificates["pets.example"], certificates["dogs.example"])
    assert (listener.alpn_policy, listener.attribute("tcp.idle_timeout.seconds", "")) == (
        "HTTP2Preferred",
        "60",
    )
    assert group.attribute("proxy_protocol_v2.enabled", "false") == "true"
    world.cfn("DeleteStack", StackName="net")
    world.settle()
    with world.store.transaction() as tx:
        assert (tx.where(Listener), tx.where(ManagedCertificate)) == ([], [])

"""What a task is given at its start: values of secrets, files of variables, passwords."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.buckets import Bucket
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.parameters import Parameter, ParameterVersion, parameter_key
from seaway.core.stored_secrets import CURRENT, PREVIOUS, SecretVersion, StoredSecret
from seaway.core.task import ContainerOverride
from seaway.core.task_definition import Firelens, LogConfiguration, Secret
from seaway.dispatch.materials import materials_of
from seaway.link.asking import CannotFetch
from seaway.link.messages import Material
from seaway.store.objects import ObjectFiles, store_object
from seaway.store.resident import Resident
from tests.builders import a_container, a_task, a_task_definition
from tests.handlers import Counted

HERE = Place(account="000000000000", region="us-east-1")
SECRET = HERE.arn("secretsmanager", "secret:prod/db-AbCdEf")
START = "ResourceInitializationError: unable to pull secrets or registry auth: "


def parameter(name: str, *values: str, place: Place = HERE, **latest: Any) -> Parameter:
    versions = [
        ParameterVersion(
            number=number, value=value, type="String", modified_at=1.0, modified_by="me"
        )
        for number, value in enumerate(values, 1)
    ]
    versions[-1] = replace(versions[-1], **latest)
    return Parameter(
        key=parameter_key(place, name),
        name=name,
        account=place.account,
        region=place.region,
        versions=tuple(versions),
    )


def secret(**fields: Any) -> StoredSecret:
    return replace(
        StoredSecret(
            arn=SECRET,
            name="prod/db",
            account=HERE.account,
            region=HERE.region,
            created_at=1.0,
            changed_at=1.0,
            versions=(
                SecretVersion(id="a" * 32, created_at=1.0, text="old", stages=(PREVIOUS,)),
                SecretVersion(
                    id="b" * 32,
                    created_at=2.0,
                    text='{"username": "cat", "password": "purr", "port": 5432}',
                    stages=(CURRENT,),
                ),
            ),
        ),
        **fields,
    )


class Given:
    """A task with one container, and what the store holds."""

    def __init__(self, directory: Path) -> None:
        self.store = Resident()
        self.files = ObjectFiles(directory)
        self.files.open()
        self.moment = Moment(1000.0, Counted())

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def write(self, name: str, text: bytes) -> str:
        self.put(Bucket(name="conf", account=HERE.account, region="us-east-1", created_at=1.0))
        with self.store.transaction() as tx:
            store_object(tx, self.files, "conf", name, text, self.moment)
        return f"arn:aws:s3:::conf/{name}"

    def fetch(self, overrides: tuple[ContainerOverride, ...] = (), **fields: Any) -> Any:
        self.put(
            a_task_definition(containers=(a_container(**fields),)),
            task := a_task(overrides=overrides),
        )
        with self.store.transaction() as tx:
            return materials_of(tx, task.arn, self.moment, read=self.files.read)

    def value(self, value_from: str) -> str:
        (material,) = self.fetch(secrets=(Secret(name="IT", value_from=value_from),))
        assert isinstance(material, Material)
        return dict(material.environment)["IT"]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


def test_a_container_that_names_no_secret_is_given_nothing(given: Given) -> None:
    assert given.fetch(environment=(("A", "1"),)) == ()


@pytest.mark.parametrize(
    ("value_from", "value"),
    [
        ("db", "second"),
        ("/prod/db", "deep"),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/db", "second"),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/prod/db", "deep"),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/db:1", "first"),
        ("arn:aws:ssm:us-east-1:000000000000:parameter/db:live", "second"),
        ("arn:aws:ssm:eu-west-1:000000000000:parameter/db", "far"),
        (SECRET, '{"username": "cat", "password": "purr", "port": 5432}'),
        (SECRET.removesuffix("-AbCdEf") + ":username::", "cat"),
        (f"{SECRET}:password::", "purr"),
        (f"{SECRET}:port::", "5432"),
        (f"{SECRET}::AWSPREVIOUS:", "old"),
        (f"{SECRET}:::{'a' * 32}", "old"),
    ],
)
def test_a_secret_is_found_by_name_arn_key_stage_and_version(
    given: Given, value_from: str, value: str
) -> None:
    far = Place(account=HERE.account, region="eu-west-1")
    given.put(
        parameter("db", "first", "second", labels=("live",)),
        parameter("/prod/db", "deep"),
        parameter("db", "far", place=far),
        secret(),
    )
    assert given.value(value_from) == value


@pytest.mark.parametrize(
    ("value_from", "told"),
    [
        ("nowhere", "unable to retrieve secrets from ssm"),
        ("arn:aws:ssm:eu-west-1:000000000000:parameter/db", "invalid parameters: arn:aws:ssm:eu"),
        ("db:9", "invalid parameters: db:9"),
        (f"{SECRET}:host::", "did not contain json key host"),
        (f"{SECRET}::AWSPENDING:", "secret value for staging label: AWSPENDING"),
        (f"{SECRET}:::{'c' * 32}", f"secret value for VersionId: {'c' * 32}"),
        (f"{SECRET}x", "Secrets Manager can't find the specified secret."),
    ],
)
def test_a_task_whose_secret_is_not_there_says_so_in_awss_words(
    given: Given, value_from: str, told: str
) -> None:
    given.put(parameter("db", "here"), secret())
    with pytest.raises(CannotFetch) as caught:
        given.value(value_from)
    assert str(caught.value).startswith(START + "execution resource retrieval failed: ")
    assert told in str(caught.value)


def test_a_secret_on_its_way_out_is_not_given(given: Given) -> None:
    given.put(secret(deleted_at=900.0))
    with pytest.raises(CannotFetch, match="marked for deletion"):
        given.value(SECRET)


def test_files_of_variables_are_read_as_ecs_reads_them(given: Given) -> None:
    arns = (
        given.write(
            "a.env", b'# first\nHOST=cats\nQUOTED="a b" \nURL=a=b$HOST\nEMPTY=\nno\n=x\r\n'
        ),
        given.write("b.env", b"HOST=dogs\r\nMORE=1\r\nPORT=9"),
    )
    (material,) = given.fetch(environment_files=arns, environment=(("PORT", "80"),))
    assert material.environment == (
        ("HOST", "cats"),
        ("QUOTED", '"a b" '),
        ("URL", "a=b$HOST"),
        ("MORE", "1"),
    )


def test_a_run_may_name_other_files(given: Given) -> None:
    usual, other = given.write("a.env", b"HOST=cats"), given.write("b.env", b"HOST=dogs")
    override = ContainerOverride(name="web", environment_files=(other,))
    (material,) = given.fetch((override,), environment_files=(usual,))
    assert material.environment == (("HOST", "dogs"),)


def test_a_file_that_is_not_there_stops_the_task(given: Given) -> None:
    given.write("a.env", b"HOST=cats")
    with pytest.raises(CannotFetch, match=r"failed to download env files.*NoSuchKey"):
        given.fetch(environment_files=("arn:aws:s3:::conf/none.env",))
    with pytest.raises(CannotFetch, match=r"failed to download env files.*NoSuchBucket"):
        given.fetch(environment_files=("arn:aws:s3:::none/a.env",))


def test_log_options_and_the_registrys_password_come_from_the_same_stores(given: Given) -> None:
    given.put(secret(), parameter("token", "t0ken"))
    log = LogConfiguration(
        driver="splunk", secrets=(Secret(name="splunk-token", value_from="token"),)
    )
    (material,) = given.fetch(log=log, repository_credentials=SECRET)
    assert material.log_options == (("splunk-token", "t0ken"),)
    assert material.registry == ("cat", "purr")


def test_a_registrys_secret_that_holds_no_password_is_refused(given: Given) -> None:
    plain = SecretVersion(id="c" * 32, created_at=1.0, text="purr", stages=(CURRENT,))
    given.put(secret(versions=(plain,)))
    with pytest.raises(CannotFetch, match=r"unable to get registry auth from asm.*username"):
        given.fetch(repository_credentials=SECRET)


def test_a_log_routers_file_is_read_from_its_bucket(given: Given) -> None:
    arn = given.write("extra.conf", b"[OUTPUT]\n")
    options = (("config-file-type", "s3"), ("config-file-value", arn))
    (material,) = given.fetch(firelens=Firelens(type="fluentbit", options=options))
    assert material.router_config == "[OUTPUT]\n"
    options = (options[0], ("config-file-value", "arn:aws:s3:::conf/none"))
    with pytest.raises(
        CannotFetch, match=r"unable to download firelens s3 config file: .*NoSuchKey"
    ):
        given.fetch(firelens=Firelens(type="fluentbit", options=options))


def test_values_do_not_stand_in_what_is_printed_of_the_nouns(given: Given) -> None:
    assert "purr" not in repr(secret())
    assert "hush" not in repr(parameter("a", "hush"))

"""Several ranks: on this machine, over hosts that network namespaces imitate, and in a model of a cluster."""

import click

from bench.distributed.hosts import hosts
from bench.distributed.model import model
from bench.distributed.ranks import ranks


@click.group()
def distributed() -> None:
    """Several ranks: on this machine, over imitated hosts, in a model of a cluster."""


for command in (ranks, hosts, model):
    distributed.add_command(command)

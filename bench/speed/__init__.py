"""Speed of training: between commits, over settings, of each stage, of each part of a kernel, by instruction set."""

import click

from bench.speed.breakdown import breakdown
from bench.speed.instructions import instructions
from bench.speed.kernels import kernels
from bench.speed.regress import regress
from bench.speed.stages import stages


@click.group()
def speed() -> None:
    """Speed: of two commits, over settings, of each stage, of each part of a kernel."""


for command in (regress, kernels, stages, breakdown, instructions):
    speed.add_command(command)

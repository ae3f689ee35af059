"""Speed of training: of commits, over settings, of each stage and part of a kernel, by instruction set, by threads."""

import click

from bench.speed.breakdown import breakdown
from bench.speed.instructions import instructions
from bench.speed.kernels import kernels
from bench.speed.regress import regress
from bench.speed.stages import stages
from bench.speed.threads import threads


@click.group()
def speed() -> None:
    """Speed: of two commits, over settings, of each stage, of each part of a kernel."""


for command in (regress, kernels, stages, breakdown, instructions, threads):
    speed.add_command(command)

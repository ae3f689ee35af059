"""Pictures: a map of words as an image or an interactive page, and loss curves of training runs.

from fastw2v.plotting import draw_loss, draw_map

draw_map("vectors.bin", "map.html", top=2000)
draw_loss(["first.log", "second.log"], "loss.png")
"""

from fastw2v.plotting.loss_curve import draw_loss
from fastw2v.plotting.word_map import draw_map
from fastw2v.plotting.words import read_word_list

__all__ = ["draw_loss", "draw_map", "read_word_list"]
